"""What detectors of event counts share: count vectors of sequences, a model for each kind, explanations."""

from burl.detect.counts.config import CountConfig
from burl.detect.counts.detector import CountDetector
from burl.detect.counts.model import CountModel, Floats, Judged

__all__ = ["CountConfig", "CountDetector", "CountModel", "Floats", "Judged"]
