"""`pca`: event counts that leave the principal subspace of the normal ones (Xu et al., SOSP 2009)."""

from burl.detect.pca.config import PcaConfig
from burl.detect.pca.detector import Pca

__all__ = ["Pca", "PcaConfig"]
