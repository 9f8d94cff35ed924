"""Settings of `lstm_iforest`."""

from typing import Literal

from pydantic import Field

from burl.detect.base import DetectorConfig
from burl.detect.network import SymbolNetworkConfig


class LstmIforestConfig(DetectorConfig):
    """Both stages."""

    history: int = Field(10, ge=1, le=100, description="Events before the judged one that predict it.")
    mse_test: float | None = Field(
        None,
        ge=0,
        le=1,
        description="First stage: a sequence whose largest error (0..1) is at most this is normal. None: the"
        " median of the training sequences.",
    )
    contamination: float = Field(
        0.003,
        gt=0,
        lt=0.5,
        description="Second stage: the share of the training sequences that the forest calls abnormal.",
    )
    n_estimators: int = Field(200, ge=1, description="Trees of the isolation forest.")
    stages: Literal["both", "lstm", "forest"] = Field(
        "both",
        description="Both in their order; or, to compare, the forest alone, or the LSTM alone (abnormal: an"
        " error larger than that of all but `contamination` of the training sequences).",
    )
    unseen: Literal["ignore", "anomalous"] = Field(
        "ignore",
        description="What an event never seen in training does: dropped before judging (a release changes"
        " sessions and is reported once, by new_template), or a prediction as wrong as can be.",
    )
    min_sequences: int = Field(
        20, ge=2, description="A kind of session with fewer sessions in training is not judged."
    )
    max_cached: int = Field(50_000, ge=2, description="Errors of windows remembered while serving.")
    network: SymbolNetworkConfig = Field(
        default=SymbolNetworkConfig(), description="The LSTM and its training."
    )
