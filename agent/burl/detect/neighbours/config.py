"""Settings of `neighbours`."""

from pydantic import Field

from burl.detect.counts import CountConfig


class NeighboursConfig(CountConfig):
    """How much is remembered."""

    max_vectors: int = Field(
        10_000, ge=1, description="Distinct count vectors kept of each class, the most frequent first."
    )
