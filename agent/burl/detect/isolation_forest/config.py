"""Settings of `isolation_forest`."""

from pydantic import Field

from burl.detect.counts import CountConfig


class IsolationForestConfig(CountConfig):
    """The forest, and what it is grown on."""

    n_estimators: int = Field(100, ge=1, description="Trees.")
    max_samples: int = Field(256, ge=2, description="Sequences that each tree is grown on.")
    contamination: float = Field(
        0.001,
        ge=0,
        lt=0.5,
        description="The paper's rule: the share of training that is called abnormal.",
    )
    jitter: float = Field(
        0.02,
        gt=0,
        description="Noise on the logarithms of counts while growing: an event that always comes equally"
        " often, and one that never came, can then be asked for.",
    )
