"""Isolation forests, evaluated by numpy: what several detectors put their features into."""

from burl.detect.forest.forest import Forest

__all__ = ["Forest"]
