"""`neighbours`: distance to the nearest known sequence, by event counts (as LightAD, ICSE 2024)."""

from burl.detect.neighbours.config import NeighboursConfig
from burl.detect.neighbours.detector import Neighbours

__all__ = ["Neighbours", "NeighboursConfig"]
