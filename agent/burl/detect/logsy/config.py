"""Settings of `logsy`."""

from pydantic import Field

from burl.detect.lines import LineConfig
from burl.detect.lines.network import EncoderConfig


class LogsyNetworkConfig(EncoderConfig):
    """The encoder, and how it is trained."""

    hide: float = Field(
        0.0,
        ge=0,
        le=0.5,
        description="Share of the words hidden while training; none, as a normal line with an unknown word"
        " is none.",
    )
    max_examples: int = Field(
        200_000,
        ge=1,
        description="Normal lines looked at in all passes, each beside two that are not: bounds the time of"
        " training on many.",
    )


class LogsyConfig(LineConfig):
    """The network, and the vectors that it gives."""

    outputs: int = Field(16, ge=1, description="Width of the vector whose length is the score.")
    max_auxiliary: int = Field(5_000, ge=1, description="Distinct lines of other systems that are learnt.")
    network: LogsyNetworkConfig = Field(
        default=LogsyNetworkConfig(), description="The encoder and its training."
    )
