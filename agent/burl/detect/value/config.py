"""Settings of `value`."""

from pydantic import Field

from burl.detect.base import DetectorConfig


class ValueConfig(DetectorConfig):
    """Which parameters have few values, and how much is remembered."""

    max_values: int = Field(
        16, ge=1, le=1_000, description="A parameter with more values in training is not watched."
    )
    min_records: int = Field(
        100, ge=10, description="Records of a template in training from which on its parameters are watched."
    )
    max_records: int = Field(
        5_000, ge=10, description="Records of a template that are looked at in training, the latest."
    )
    max_places: int = Field(16, ge=1, description="Parameters of a template that are looked at.")
    max_met: int = Field(10_000, ge=1, description="New values remembered while serving: each is told once.")
