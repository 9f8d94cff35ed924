"""Settings that detectors with a recurrent network share."""

from pydantic import Field

from burl.detect.base import DetectorConfig


class LoopConfig(DetectorConfig):
    """How long a network is trained, and in which steps."""

    learning_rate: float = Field(0.002, gt=0, description="Step of Adam.")
    max_epochs: int = Field(150, ge=1, description="Most passes over the training windows.")
    max_examples: int = Field(
        1_000_000, ge=1, description="Windows looked at in all passes: bounds the time of training on many."
    )
    patience_epochs: int = Field(
        5, ge=1, description="Training ends after so many passes without a gain on held-out windows."
    )


class TrainingConfig(LoopConfig):
    """How a network is trained on windows."""

    max_windows: int = Field(
        200_000, ge=1, description="Training windows; of more distinct ones a random sample is taken."
    )


class NetworkConfig(TrainingConfig):
    """A recurrent network and how it is trained."""

    hidden: int = Field(64, ge=1, description="Cells of each recurrent layer.")
    layers: int = Field(2, ge=1, description="Recurrent layers.")
    embedding: int = Field(16, ge=1, description="Width of the vector that stands for an event.")
    dropout: float = Field(
        0.2, ge=0, lt=1, description="Dropout while training, between the layers; after a single one."
    )


class SymbolNetworkConfig(NetworkConfig):
    """A recurrent network that predicts events, and how it is trained."""

    hide: float = Field(
        0.25,
        ge=0,
        le=0.5,
        description="Share of the history hidden while training: what comes then depends less on how events"
        " that run side by side happen to be interleaved.",
    )
