"""Settings of the feedback room."""

from pydantic import BaseModel, ConfigDict, Field


class FeedbackSettings(BaseModel):
    """How an agent learns what people said elsewhere."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    poll_seconds: float = Field(
        10.0, gt=0, description="Time between looks at the store's suppressions, a fifth more or less."
    )
    count_seconds: float = Field(
        60.0,
        ge=0,
        description="Least time between notes in the store of how many findings were hidden, and between"
        " counts of the verdicts.",
    )
