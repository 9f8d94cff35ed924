"""Finds detectors by the entry-point group `burl.detectors`, so that third parties can add theirs."""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import get_args

from burl.detect.base import Detector
from burl.errors import ConfigError
from burl.window.units import Unit

GROUP = "burl.detectors"


@cache
def _entry_points() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


def detector_names() -> list[str]:
    """Return the names of all installed detectors, sorted."""
    return sorted(_entry_points())


def detector_type(name: str) -> type[Detector]:
    """Return the class of the detector called `name`.

    Raises:
        ConfigError: no installed package offers it, or what it offers is no detector.
    """
    point = _entry_points().get(name)
    if point is None:
        raise ConfigError(f"unknown detector {name!r}; installed are: {', '.join(detector_names())}")
    try:
        loaded = point.load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"detector {name!r} cannot be imported from {point.value}: {error}") from error
    if not (isinstance(loaded, type) and issubclass(loaded, Detector)):
        raise ConfigError(f"detector {name!r}: {point.value} is no subclass of burl.detect.Detector")
    return loaded


def parse_spec(spec: str) -> tuple[type[Detector], Unit]:
    """Return the class and the unit of a spec `name[:unit]`; the unit defaults to the detector's first.

    Raises:
        ConfigError: the detector is unknown, or cannot score that unit.
    """
    name, _, unit = spec.strip().partition(":")
    found = detector_type(name)
    if not unit:
        return found, found.units[0]
    if unit not in get_args(Unit) or unit not in found.units:
        raise ConfigError(f"detector {name!r} scores {' or '.join(found.units)}, not {unit!r}")
    return found, unit
