"""Settings of `logsy`."""

from pydantic import Field

from burl.detect.lines import LineConfig
from burl.detect.lines.network import EncoderConfig


class LogsyConfig(LineConfig):
    """The network, and the vectors that it gives."""

    outputs: int = Field(16, ge=1, description="Width of the vector whose length is the score.")
    max_auxiliary: int = Field(5_000, ge=1, description="Distinct lines of other systems that are learnt.")
    network: EncoderConfig = Field(
        default=EncoderConfig(hide=0.0),  # a normal line with an unknown word is none
        description="The encoder and its training.",
    )
