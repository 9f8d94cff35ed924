"""Settings of `deeplog`."""

from typing import Literal

from pydantic import Field

from burl.detect.base import DetectorConfig
from burl.detect.network import NetworkConfig


class ValueConfig(DetectorConfig):
    """The parameter-value model (unit "event")."""

    network: NetworkConfig = Field(
        default=NetworkConfig(hidden=32, layers=1, embedding=8, dropout=0.0), description="The LSTM."
    )
    min_values: int = Field(200, ge=20, description="Records of a template that its values are learnt from.")
    max_values: int = Field(2_000, ge=20, description="Records of a template used, the first in time.")
    max_templates: int = Field(100, ge=1, description="Templates modelled, the most frequent first.")
    max_columns: int = Field(
        8, ge=1, description="Values of a record modelled, elapsed time included, in order of the line."
    )
    max_series: int = Field(
        4_096, ge=1, description="Series (service, template) remembered while serving, the latest used."
    )
    confidence: float = Field(
        0.999, gt=0.5, lt=1, description="The paper's rule: a value outside this interval is abnormal."
    )


class DeepLogConfig(DetectorConfig):
    """Both models of DeepLog."""

    history: int = Field(10, ge=1, le=100, description="Events before the judged one that predict it (h).")
    candidates: int = Field(
        9, ge=1, description="The paper's rule: an event not among so many most probable is abnormal (g)."
    )
    unseen: Literal["ignore", "anomalous"] = Field(
        "ignore",
        description="What an event never seen in training does: dropped before judging (a release changes"
        " sessions and is reported once, by new_template), or odd in itself (the paper's rule).",
    )
    min_sequences: int = Field(
        20, ge=1, description="A kind of session with fewer sessions in training is not judged."
    )
    max_cached: int = Field(50_000, ge=2, description="Scored windows remembered while serving.")
    network: NetworkConfig = Field(default=NetworkConfig(), description="The LSTM and its training.")
    values: ValueConfig = Field(default=ValueConfig(), description="The parameter-value model.")
