"""Settings that all detectors of event counts have."""

from typing import Literal

from pydantic import Field

from burl.detect.base import DetectorConfig


class CountConfig(DetectorConfig):
    """What is counted, and what is judged at all."""

    unseen: Literal["ignore", "anomalous"] = Field(
        "ignore",
        description="What an event never seen in training does: dropped before judging (a release changes"
        " sessions and is reported once, by new_template), or counted in a column of its own.",
    )
    min_sequences: int = Field(
        20, ge=2, description="A kind of session with fewer sequences in training is not judged."
    )
    max_sequences: int = Field(
        100_000, ge=2, description="Sequences of a kind that are learnt from, the latest ones."
    )
