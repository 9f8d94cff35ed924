"""Settings of `new_template`."""

from pydantic import Field

from burl.detect.base import DetectorConfig


class NewTemplateConfig(DetectorConfig):
    """What is rare, when it is reported again, and how much is remembered."""

    realert_seconds: float = Field(
        30.0, gt=0, description="A rare template is scored again after this much event time of absence."
    )
    rare_count: int = Field(
        4, ge=0, le=100, description="Templates seen at most this often are rare; 0 scores only new ones."
    )
    min_surprise: float = Field(
        1.0, ge=0, description="Decades of surprise below which a line is nothing odd (1: one record in 10)."
    )
    learning_records: int = Field(
        1_000,
        ge=1,
        description="Records of a service without history that are learnt one by one; after them a rare"
        " template counts once for each time it appears after an absence.",
    )
    memory_records: int = Field(
        100_000,
        ge=1_000,
        description="Records of history that the surprise of an untrained service rests on.",
    )
    max_pairs: int = Field(
        50_000,
        ge=10,
        description="Pairs of service and template remembered; beyond it the longest unseen go.",
    )
    max_compared: int = Field(
        20_000, ge=1, description="Templates that are searched for the nearest known one."
    )
