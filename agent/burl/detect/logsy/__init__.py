"""`logsy`: normal lines near the centre of a sphere, lines of other systems far from it."""

from burl.detect.logsy.config import LogsyConfig
from burl.detect.logsy.detector import Logsy

__all__ = ["Logsy", "LogsyConfig"]
