"""`transformer`: a small transformer encoder over the words of a line, learnt from labelled lines."""

from burl.detect.transformer.config import TransformerConfig
from burl.detect.transformer.detector import Transformer

__all__ = ["Transformer", "TransformerConfig"]
