"""`glove_mean`: the mean of a line's word vectors, and one dense sigmoid unit."""

from burl.detect.glove_mean.config import GloveMeanConfig
from burl.detect.glove_mean.detector import GloveMean

__all__ = ["GloveMean", "GloveMeanConfig"]
