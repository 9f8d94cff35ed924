"""`step_time`: a step of a session that takes far longer than it ever does."""

from burl.detect.step_time.config import StepTimeConfig
from burl.detect.step_time.detector import StepTime

__all__ = ["StepTime", "StepTimeConfig"]
