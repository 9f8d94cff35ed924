"""Settings of the bundle that an agent loads."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class BundleSettings(BaseModel):
    """Which bundle is loaded; without one the online detectors learn from the first line on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path | None = Field(
        default=None, description="Directory that `burl train --out` made; none: no bundle."
    )
    registry: Literal["opensearch"] | Path | None = Field(
        default=None,
        description="Directory of bundles with aliases, or `opensearch`: the one of `write.opensearch`. Its"
        " champion is followed while running.",
    )
    poll_seconds: float = Field(10.0, gt=0, description="Time between looks at the registry's aliases.")
    shadow_cpu_share: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Share of a core that the registry's challenger may take to score what comes, without"
        " alerting; 0: it does not.",
    )
    shadow_queue_bytes: int = Field(
        16 * 2**20, ge=2**20, description="Requests that wait for the challenger; more of them pass it by."
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.path and self.registry:
            raise ValueError("give path or registry, not both")
        return self
