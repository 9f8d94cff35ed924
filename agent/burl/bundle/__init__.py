"""Everything a running agent loads: masks, templates, models, calibration, manifest; never code."""

from burl.bundle.bundle import Bundle, load_bundle
from burl.bundle.manifest import DetectorEntry, Manifest

__all__ = ["Bundle", "DetectorEntry", "Manifest", "load_bundle"]
