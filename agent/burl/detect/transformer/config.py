"""Settings of `transformer`."""

from pydantic import Field

from burl.detect.lines import LineConfig
from burl.detect.lines.network import EncoderConfig


class TransformerConfig(LineConfig):
    """The network, and how the classes are weighed."""

    abnormal_share: float = Field(
        0.5, gt=0, lt=1, description="Share of the loss that abnormal lines make up, however few they are."
    )
    networks: int = Field(
        3, ge=1, le=16, description="Networks that are trained; the score is their mean: one alone wanders."
    )
    network: EncoderConfig = Field(default=EncoderConfig(), description="The encoder and its training.")
