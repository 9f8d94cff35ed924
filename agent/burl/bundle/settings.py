"""Settings of the bundle that an agent loads."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class BundleSettings(BaseModel):
    """Which bundle is loaded; without one the online detectors learn from the first line on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path | None = Field(
        default=None, description="Directory that `burl train --out` made; none: no bundle."
    )
    registry: Path | None = Field(
        default=None, description="Directory of bundles with aliases; its champion is followed while running."
    )
    poll_seconds: float = Field(10.0, gt=0, description="Time between looks at the registry's champion.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if self.path and self.registry:
            raise ValueError("give path or registry, not both")
        return self
