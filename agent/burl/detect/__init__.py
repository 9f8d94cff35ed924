"""Events, windows, sessions, intervals -> raw scores + explanations; knows nothing of thresholds."""

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units

__all__ = ["Corpus", "Detector", "DetectorConfig", "Explanation", "Progress", "Scores", "Units"]
