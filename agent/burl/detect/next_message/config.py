"""Settings of `next_message`."""

from typing import Literal

from pydantic import Field

from burl.detect.base import DetectorConfig
from burl.detect.network import SymbolNetworkConfig


class NextMessageNetworkConfig(SymbolNetworkConfig):
    """The GRU and how it is trained."""

    learning_rate: float = Field(0.003, gt=0, description="Step of Adam.")
    max_epochs: int = Field(60, ge=1, description="Most passes over the training windows.")
    patience_epochs: int = Field(
        15, ge=1, description="Training ends after so many passes without a gain on held-out windows."
    )


class NextMessageConfig(DetectorConfig):
    """The network, and when a message is unplaced."""

    history: int = Field(10, ge=1, le=100, description="Events before the judged one that predict it.")
    candidates: int = Field(
        7,
        ge=1,
        description="A message not among so many most probable ones is unplaced: for people to say.",
    )
    unseen: Literal["ignore", "anomalous"] = Field(
        "ignore",
        description="What an event never seen in training does: dropped before judging (a release changes"
        " sessions and is reported once, by new_template), or unplaced.",
    )
    min_sequences: int = Field(
        20, ge=1, description="A kind of session with fewer sessions in training is not judged."
    )
    max_cached: int = Field(50_000, ge=2, description="Scored windows remembered while serving.")
    network: NextMessageNetworkConfig = Field(
        default=NextMessageNetworkConfig(), description="The GRU and its training."
    )
