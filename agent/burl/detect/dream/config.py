"""Settings of `dream`."""

from typing import Literal

from pydantic import Field

from burl.detect.base import DetectorConfig
from burl.detect.network import TrainingConfig


class DreamNetworkConfig(TrainingConfig):
    """The encoder, the attention and the decoder, and how they are trained."""

    embedding: int = Field(32, ge=1, description="Width of the vector that stands for a (class, event) pair.")
    hidden: int = Field(64, ge=1, description="Cells of the encoder's and of the decoder's GRU.")
    attention: int = Field(32, ge=1, description="Cells of the layer that scores how well a state fits.")
    dropout: float = Field(0.1, ge=0, lt=1, description="Dropout before the output while training.")
    learning_rate: float = Field(0.004, gt=0, description="Step of Adam.")
    max_epochs: int = Field(40, ge=1, description="Most passes over the training stretches.")
    patience_epochs: int = Field(
        3, ge=1, description="Training ends after so many passes without a gain on held-out stretches."
    )
    max_examples: int = Field(
        600_000, ge=1, description="Stretches looked at in all passes: bounds the time of training on many."
    )
    max_windows: int = Field(
        60_000, ge=1, description="Training stretches; of more distinct ones a random sample is taken."
    )


class DreamConfig(DetectorConfig):
    """Stretches, windows and the rule."""

    events_in: int = Field(5, ge=1, le=100, description="Events that the encoder reads.")
    events_out: int = Field(5, ge=1, le=100, description="Events after these that the decoder predicts.")
    training_stride: int = Field(2, ge=1, description="Events between the stretches of training.")
    test_stride: int = Field(5, ge=1, description="Events between the stretches that are judged.")
    window_events: int = Field(
        1_000, ge=2, description="Events of a window; what is shorter is one window, and so is a short rest."
    )
    deviations: float = Field(
        3.0, gt=0, description="The paper's rule: so many standard deviations over clean windows is abnormal."
    )
    unseen: Literal["ignore", "anomalous"] = Field(
        "ignore",
        description="What an event never seen in training does: dropped before judging (a release changes"
        " sequences and is reported once, by new_template), or misclassified whatever comes.",
    )
    min_sequences: int = Field(
        5, ge=1, description="A kind of sequence with fewer sequences in training is not judged."
    )
    network: DreamNetworkConfig = Field(default=DreamNetworkConfig(), description="The network.")
