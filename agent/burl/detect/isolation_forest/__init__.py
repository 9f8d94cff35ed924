"""`isolation_forest`: event counts that are easily set apart from normal ones (Liu et al., ICDM 2008)."""

from burl.detect.isolation_forest.config import IsolationForestConfig
from burl.detect.isolation_forest.detector import IsolationForest

__all__ = ["IsolationForest", "IsolationForestConfig"]
