"""`new_template`: lines of a kind never, or hardly ever, seen from their service."""

from burl.detect.new_template.config import NewTemplateConfig
from burl.detect.new_template.detector import NewTemplate

__all__ = ["NewTemplate", "NewTemplateConfig"]
