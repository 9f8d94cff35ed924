"""Settings of `step_time`."""

from pydantic import Field

from burl.detect.base import DetectorConfig


class StepTimeConfig(DetectorConfig):
    """Which steps are known well enough, and from when on one is slow."""

    min_steps: int = Field(50, ge=2, description="Times a step came in training from which on it is judged.")
    max_steps: int = Field(10_000, ge=1, description="Steps that are known, the most frequent.")
    quantile: float = Field(
        0.999, gt=0, le=1, description="Share of the times of a step in training that were usual."
    )
    slack: float = Field(
        2.0, ge=1, description="A step is slow when it takes so many times the longest of its usual times."
    )
    min_seconds: float = Field(0.1, gt=0, description="What takes no longer than this is never slow.")
