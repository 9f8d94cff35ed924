"""`event_set`: simple rules over sequences that match deep models (Landauer et al., FSE 2024)."""

from burl.detect.event_set.config import EventSetConfig
from burl.detect.event_set.detector import EventSet

__all__ = ["EventSet", "EventSetConfig"]
