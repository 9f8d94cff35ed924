"""The manifest of a bundle: what is in it, where it comes from, and the SHA-256 of every file."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORMAT_VERSION = 1
"""Bundles of a newer format are refused; older ones are read."""


class DetectorEntry(BaseModel):
    """One fitted detector of a bundle."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*(:[a-z]+)?$")
    name: str
    unit: Literal["event", "window", "session", "interval"]
    path: str
    config: dict[str, Any] = {}
    calibration: dict[str, Any]
    weight: float = Field(1.0, gt=0, description="Share of the alert budget, relative to the others.")
    chosen_because: str = ""
    figures: dict[str, float] = {}


class TrainingFacts(BaseModel):
    """What the bundle was trained on."""

    model_config = ConfigDict(extra="forbid")

    burl_version: str
    seed: int
    created: str
    inputs: list[str]
    lines: int
    templates: int
    sessions: int
    services: list[str] = Field(description="Services with history: they need not learn first.")
    versions: dict[str, list[str]] = Field(
        default={}, description="Versions of services, by the service's key: others were deployed since."
    )
    start: str
    end: str
    holdout: str
    notes: list[str] = []


class Manifest(BaseModel):
    """`manifest.json` of a bundle directory."""

    model_config = ConfigDict(extra="forbid")

    format_version: int = FORMAT_VERSION
    version: str = Field(description="Hash of all files: the bundle's name.")
    template_set_version: str
    masking_version: str
    window: dict[str, Any] = Field(description="Window settings the detectors were fitted with.")
    detectors: list[DetectorEntry]
    training: TrainingFacts
    files: dict[str, str] = Field(description="SHA-256 of every file, by path relative to the bundle.")
