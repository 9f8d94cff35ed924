"""`dream`: a GRU encoder, attention and a GRU decoder on event logs (Ezeme et al. 2019)."""

from burl.detect.dream.config import DreamConfig
from burl.detect.dream.detector import Dream

__all__ = ["Dream", "DreamConfig"]
