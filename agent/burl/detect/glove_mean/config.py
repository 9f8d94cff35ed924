"""Settings of `glove_mean`."""

from pydantic import Field

from burl.detect.lines import LineConfig


class GloveMeanConfig(LineConfig):
    """How the dense unit is trained."""

    l1: float = Field(0.01, ge=0, description="Weight of the sum of absolute weights in the loss.")
    abnormal_share: float = Field(
        0.5, gt=0, lt=1, description="Share of the loss that abnormal lines make up, however few they are."
    )
    max_steps: int = Field(5_000, ge=1, description="Most steps of the descent.")
