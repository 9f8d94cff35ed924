"""Settings of the engine: where its state lies and how much may wait."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class StateSettings(BaseModel):
    """The state directory: checkpoint and journal."""

    model_config = ConfigDict(extra="forbid")

    directory: Path = Field(
        Path("burl-state"), description="Directory of checkpoint and journal; made with mode 0700."
    )
    checkpoint_seconds: float = Field(
        10.0, gt=0, description="Time between checkpoints while there is input."
    )
    checkpoint_bytes: int = Field(
        128 * 2**20, ge=2**20, description="Journal size that asks for a checkpoint before its time."
    )
    sync_seconds: float = Field(
        1.0, gt=0, description="Time between fsyncs of the journal: what a power cut can take."
    )


class EngineSettings(BaseModel):
    """How much may wait in the engine, and for how long."""

    model_config = ConfigDict(extra="forbid")

    pending_max_documents: int = Field(
        50_000, ge=1, description="Findings waiting for the store; more refuse new requests."
    )
    resend_memory_seconds: float = Field(
        3600.0, gt=0, description="How long the digest of a request is remembered."
    )
    resend_memory_requests: int = Field(100_000, ge=1, description="How many digests are remembered at most.")
    max_wait_seconds: float = Field(
        5.0,
        gt=0,
        description="A request that would wait longer for its turn is refused; its sender comes again.",
    )
    stop_seconds: float = Field(
        5.0,
        gt=0,
        description="How long a stop waits for the request at hand, before it leaves it to the journal.",
    )
    idle_seconds: float = Field(
        30.0, gt=0, description="Time without input after which the wall clock may move event time."
    )
