"""Fits detectors and calibrates them: on the head of the data, scored on its tail, then refitted on all."""

from dataclasses import dataclass, field

import numpy as np

from burl.decide.calibration import Calibration
from burl.detect import Detector, Progress, Scores, Units
from burl.detect.embeddings import TextResources
from burl.detect.parts import parts_of, score_parts
from burl.detect.registry import parse_spec
from burl.errors import InputError
from burl.receive.batch import Ints
from burl.train.corpus import Corpus, Split, end_times
from burl.train.labels import normal_units
from burl.train.validation import Validation, validate
from burl.window import Events, Sequences, Unit

_NO_RESOURCES = TextResources()
MIN_UNITS = 20
"""Fewer held-out units than this say nothing."""


@dataclass(slots=True)
class Fitted:
    """A detector that was fitted on all data, with the calibration from the held-out tail."""

    id: str
    detector: Detector
    calibration: Calibration
    chosen_because: str = ""
    weight: float = 1.0
    figures: dict[str, float] = field(default_factory=dict)
    validation: Validation | None = None


def fit(
    spec: str,
    split: Split,
    whole: Corpus,
    *,
    seed: int,
    progress: Progress,
    config: dict[str, object] | None = None,
    least_units: int = MIN_UNITS,
    validated: bool = False,
    resources: TextResources = _NO_RESOURCES,
) -> Fitted:
    """Fit the detector `spec` (`name[:unit]`) on the head, calibrate on the tail, refit on `whole`.

    Units that are labelled anomalous are only shown to detectors that use labels, and calibrate nothing.

    Args:
        spec: `name[:unit]`.
        split: the head and the tail.
        whole: both.
        seed: makes the training repeatable.
        progress: told how far it is.
        config: settings that differ from the defaults.
        least_units: units that head and tail must hold at least.
        validated: whether the trial is asked how well it tells held-out units apart.
        resources: word vectors and lines of other systems, for detectors that read words.

    Raises:
        ConfigError: there is no such detector.
        InputError: the data hold too few units of its kind, or no times where it needs them.
    """
    kind, unit = parse_spec(spec)
    settings = kind.config_type.model_validate(config or {})
    normal = Split(normal_units(split.fit), normal_units(split.holdout))
    if kind.needs_times and not whole.timed:
        raise InputError(f"detector {spec}: the data have no times")
    _require(spec, unit, normal, least_units)
    taught, all_taught = (split.fit, whole) if kind.uses_labels else (normal.fit, normal_units(whole))
    trial = kind(unit, settings, seed)
    trial.bind(whole.streams)
    trial.equip(resources)
    trial.fit(taught, _part(progress, 0.0, 0.45))
    history = split.fit.span_seconds() if kind.absorbs else 0.0
    validation = validate(trial, split.holdout, seed) if validated else None
    calibration = calibrate(trial, normal.holdout, history_seconds=history)
    final = kind(unit, settings, seed)
    final.bind(whole.streams)
    final.equip(resources)
    final.fit(all_taught, _part(progress, 0.5, 1.0))
    figures = {"held_out_units": float(calibration.count), "held_out_seconds": calibration.span_seconds}
    return Fitted(spec, final, calibration, figures=figures, validation=validation)


def calibrate(detector: Detector, holdout: Corpus, *, history_seconds: float = 0.0) -> Calibration:
    """Return the calibration of `detector` by its scores of held-out normal units."""
    values, times = [], []
    for units, scores in score_parts(detector, parts_of(holdout, detector.unit)):
        values.append(scores.values)
        times.append(_times(units, scores, detector))
    found = np.concatenate([np.empty(0), *values]), np.concatenate([np.empty(0, dtype=np.int64), *times])
    span_seconds = holdout.span_seconds()
    return Calibration.fit(*found, span_seconds=span_seconds, history_seconds=history_seconds)


def _times(units: Units, scores: Scores, detector: Detector) -> Ints:
    if isinstance(units, Events):
        return units.times_ns[scores.rows]
    if isinstance(units, Sequences):
        return end_times(units)[scores.rows]
    return np.array([detector.explain(units, row).start_ns for row in range(len(scores))], dtype=np.int64)


def _require(spec: str, unit: Unit, split: Split, least_units: int) -> None:
    for name, corpus in (("fitted on", split.fit), ("held out", split.holdout)):
        found = corpus.count(unit)
        if found < least_units:
            raise InputError(
                f"detector {spec}: only {found} normal {unit}s to be {name}, it takes {least_units};"
                " give more data"
            )


def _part(progress: Progress, start: float, end: float) -> Progress:
    return lambda stage, fraction: progress(stage, start + (end - start) * fraction)
