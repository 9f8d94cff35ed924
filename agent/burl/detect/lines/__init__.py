"""What detectors that read the words of a line have in common."""

from burl.detect.lines.config import LineConfig
from burl.detect.lines.detector import LineDetector
from burl.detect.lines.lexicon import Lexicon, Rows
from burl.detect.lines.phrases import Examples, Phrase
from burl.detect.lines.scorer import Floats, Scorer

__all__ = ["Examples", "Floats", "Lexicon", "LineConfig", "LineDetector", "Phrase", "Rows", "Scorer"]
