"""Settings of the transformer encoder that `transformer` and `logsy` share."""

from typing import Self

from pydantic import Field, model_validator

from burl.detect.network import LoopConfig


class EncoderConfig(LoopConfig):
    """A small transformer encoder over the words of a line, and how it is trained."""

    width: int = Field(64, ge=2, description="Width of the vectors inside.")
    heads: int = Field(4, ge=1, description="Heads of each attention; they share the width.")
    layers: int = Field(1, ge=1, description="Encoder layers.")
    hidden: int = Field(128, ge=1, description="Units between the two dense layers of an encoder layer.")
    dropout: float = Field(0.1, ge=0, lt=1, description="Dropout while training.")
    hide: float = Field(
        0.3,
        ge=0,
        le=0.5,
        description="Share of the words hidden while training, so that no single one decides.",
    )
    max_epochs: int = Field(40, ge=1, description="Most passes over the training lines.")
    max_examples: int = Field(
        1_000_000, ge=1, description="Lines looked at in all passes: bounds the time of training on many."
    )
    patience_epochs: int = Field(5, ge=1, description="Training ends after so many passes without a gain.")

    @model_validator(mode="after")
    def _heads_share_the_width(self) -> Self:
        if self.width % self.heads:
            raise ValueError(f"width {self.width} cannot be shared by {self.heads} heads")
        return self
