"""Settings of the window room."""

from pydantic import BaseModel, ConfigDict, Field


class WindowSettings(BaseModel):
    """How events are put together, and where that is bounded.

    All times are event time. Every limit has a counter that tells how often it bit (`Windower.counters`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    slack_seconds: float = Field(
        10.0, ge=0, description="Time-outs, late records and silence use the watermark less this."
    )
    idle_after_seconds: float = Field(
        30.0, gt=0, description="After this long without input the wall clock moves a sender's watermark."
    )
    window_events: int = Field(20, ge=1, description="New events of one stream that make a window.")
    history_events: int = Field(
        10, ge=0, description="Events before a window that it carries as history, never judged again."
    )
    window_idle_seconds: float = Field(
        60.0, gt=0, description="A shorter window closes when its stream was silent for this long."
    )
    max_streams: int = Field(
        10_000, ge=1, description="Streams remembered; the one longest silent is closed and forgotten first."
    )
    session_timeout_seconds: float = Field(
        60.0, gt=0, description="A session closes without an event for this long, unless training learnt it."
    )
    max_sessions: int = Field(
        10_000,
        ge=1,
        description="Sessions open at once; of the service with most of them the one longest silent is closed"
        " first.",
    )
    max_session_events: int = Field(
        500, ge=2, description="A session of this many events is closed and judged; a next part may follow."
    )
    max_session_records: int = Field(
        100_000, ge=2, description="Records held by all open sessions; beyond it they are closed likewise."
    )
    interval_seconds: float = Field(
        10.0, gt=0, description="Length of the intervals that events are counted in."
    )
    max_open_intervals: int = Field(
        1_000, ge=1, description="Intervals open at once per sender; the oldest is closed first."
    )
    max_interval_rows: int = Field(
        10_000,
        ge=1,
        description="Pairs of service and template counted in one interval; more are left out, and of a"
        " service those beyond as many as are free.",
    )
    max_gap_intervals: int = Field(
        6,
        ge=0,
        description="A sender's own pause: longer gaps in all of its streams are no silence of a service.",
    )
    max_services: int = Field(
        10_000, ge=1, description="Services watched for silence; the one longest silent is forgotten first."
    )
    max_senders: int = Field(
        1_000,
        ge=1,
        description="Senders whose watermark and open intervals are kept; the longest silent goes first.",
    )
    context_lines: int = Field(
        5, ge=0, description="Lines before a finding that are kept for its annotation."
    )
    max_body_chars: int = Field(
        4_096, ge=1, description="Characters of a record's text kept while its window or session is open."
    )
