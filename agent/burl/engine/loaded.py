"""The detectors that a pipeline runs: those of its bundle, or those that are useful without one."""

from dataclasses import dataclass
from typing import Any

from burl.bundle import Bundle, DetectorEntry
from burl.decide.calibration import Calibration
from burl.decide.finding import ONLINE_VERSION, Source
from burl.decide.grading import Grader
from burl.decide.settings import DecideSettings, incidents_per_day
from burl.detect import Detector
from burl.detect.registry import detector_type
from burl.errors import BundleError

ONLINE = ("new_template", "rate")
"""Detectors that are useful from the first minute, without a bundle."""


@dataclass(slots=True)
class Loaded:
    """One detector, ready to score, with its grader."""

    source: Source
    detector: Detector
    grader: Grader


def load_detectors(bundle: Bundle | None, settings: DecideSettings) -> list[Loaded]:
    """Return the detectors of `bundle`, or the online ones; the alert budget is shared by weight.

    Raises:
        BundleError: a detector is not installed, or its files do not load.
    """
    budget = incidents_per_day(settings.budget)
    if bundle is None:
        share = budget / len(ONLINE)
        return [_online(name, share, settings.incident_gap_seconds) for name in ONLINE]
    entries = bundle.manifest.detectors
    total = sum(entry.weight for entry in entries)
    gap = settings.incident_gap_seconds
    return [_load(bundle, entry, budget * entry.weight / total, gap) for entry in entries]


def _online(name: str, share: float, gap_seconds: float) -> Loaded:
    detector = detector_type(name)()
    source = Source(name, name, detector.unit, ONLINE_VERSION, ONLINE_VERSION)
    return Loaded(source, detector, Grader(Calibration.uncalibrated(), share, gap_seconds))


def _load(bundle: Bundle, entry: DetectorEntry, share: float, gap_seconds: float) -> Loaded:
    manifest = bundle.manifest
    try:
        kind = detector_type(entry.name)
        config = kind.config_type.model_validate(entry.config)
        detector = kind.load(bundle.path(entry.path), entry.unit, config)
        calibration = Calibration.from_json(entry.calibration)
    except (KeyError, TypeError, ValueError, OSError) as error:
        text = f"bundle {bundle.directory}: detector {entry.id} does not load ({_line(error)}); retrain"
        raise BundleError(text) from error
    source = Source(entry.id, entry.name, entry.unit, manifest.version, manifest.template_set_version)
    return Loaded(source, detector, Grader(calibration, share, gap_seconds))


def _line(error: Exception) -> str:
    lines: list[Any] = str(error).splitlines()
    return str(lines[0]) if lines else type(error).__name__
