"""Settings that detectors of lines share."""

from pydantic import Field

from burl.detect.base import DetectorConfig


class LineConfig(DetectorConfig):
    """How lines are read and how much is remembered."""

    max_words: int = Field(32, ge=4, le=256, description="Words of a line that are read, the first.")
    max_vocabulary: int = Field(
        5_000, ge=10, description="Words of the training lines that are told apart, the most frequent."
    )
    neighbours: int = Field(
        10,
        ge=0,
        le=100,
        description="Imported words nearest to each known one that are known, too: what a line that is yet to"
        " come may say instead.",
    )
    max_cached: int = Field(50_000, ge=2, description="Distinct lines remembered while serving.")
