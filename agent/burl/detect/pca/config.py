"""Settings of `pca`."""

from typing import Literal

from pydantic import Field

from burl.detect.counts import CountConfig


class PcaConfig(CountConfig):
    """The subspaces: of the score, and of the paper's rule."""

    weighting: Literal["log", "tf_idf"] = Field(
        "log", description="How counts are weighted for the score: log(1 + n), or the paper's TF-IDF."
    )
    variance: float = Field(
        0.99, gt=0, lt=1, description="Share of the variance that the principal subspace of the score holds."
    )
    paper_variance: float = Field(
        0.95, gt=0, lt=1, description="The same for the paper's rule, always on TF-IDF counts."
    )
    confidence: float = Field(
        0.999, gt=0.5, lt=1, description="Of the Q-statistic: normal vectors that stay below its limit."
    )
