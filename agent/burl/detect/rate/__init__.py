"""`rate`: bursts of templates and services, and their silence."""

from burl.detect.rate.config import RateConfig
from burl.detect.rate.detector import Rate

__all__ = ["Rate", "RateConfig"]
