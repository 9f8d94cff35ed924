"""`value`: a value never seen before, where a parameter has few."""

from burl.detect.value.config import ValueConfig
from burl.detect.value.detector import Value

__all__ = ["Value", "ValueConfig"]
