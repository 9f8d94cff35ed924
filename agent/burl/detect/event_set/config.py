"""Settings of `event_set`."""

from typing import Literal

from pydantic import Field

from burl.detect.base import DetectorConfig


class EventSetConfig(DetectorConfig):
    """Which rules judge, and how much they remember."""

    unseen: Literal["ignore", "anomalous"] = Field(
        "ignore",
        description="What an event never seen in training does: dropped before judging (a release changes"
        " sessions and is reported once, by new_template), or odd in itself (the paper's rule).",
    )
    length: bool = Field(True, description="Judge sequences shorter or longer than any in training.")
    counts: bool = Field(
        True, description="Judge the distance to the nearest event-count vector of training."
    )
    ngrams: bool = Field(True, description="Judge n-grams never seen in training.")
    laws: bool = Field(
        True,
        description="Judge sessions by the laws of training: events that come together, in which order, how"
        " often. Beyond the paper's rules.",
    )
    proportions: bool = Field(
        True,
        description="Judge long sessions (see `trace_events`) by the proportions of their n-grams. Beyond the"
        " paper's rules.",
    )
    ngram_size: int = Field(2, ge=2, le=5, description="Events in an n-gram.")
    min_sequences: int = Field(
        20, ge=2, description="A kind of session with fewer sequences in training is not judged."
    )
    min_distance: float = Field(
        0.05, gt=0, le=1, description="Distances up to this are never odd, however uniform the training was."
    )
    max_vectors: int = Field(
        20_000, ge=1, description="Distinct count vectors kept, the most frequent first."
    )
    max_law_events: int = Field(
        128, ge=2, description="Events of a kind of session that laws are looked for in, the most common."
    )
    max_laws: int = Field(10_000, ge=1, description="Laws kept of a kind of session, the surest first.")
    trace_events: int = Field(
        100, ge=2, description="Sessions of a kind are traces where half of them have so many events."
    )
    trace_ngram_size: int = Field(
        3, ge=1, le=8, description="Events in an n-gram of which proportions are made."
    )
    trace_quantile: float = Field(
        0.95, gt=0, le=1, description="Share of the traces of training whose proportions are not odd."
    )
    max_traces: int = Field(2_000, ge=2, description="Traces kept of a kind, spread evenly.")
    max_cached: int = Field(
        50_000,
        ge=2,
        description="Judged sequences remembered while serving; one of over 64 events counts as several.",
    )
