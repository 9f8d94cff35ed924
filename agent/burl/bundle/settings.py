"""Settings of the bundle that an agent loads."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class BundleSettings(BaseModel):
    """Which bundle is loaded; without one the online detectors learn from the first line on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Path | None = Field(
        default=None, description="Directory that `burl train --out` made; none: no bundle."
    )
