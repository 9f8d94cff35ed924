"""Pictures of an evaluation as SVG: precision against recall, and scores over the test part."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from burl.train.evaluate.measure import Bools, Floats, average_precision, pr_curve

_SIDE, _MARGIN = 320, 40
_WIDE, _HIGH = 900, 90
_MAX_POINTS = 400
_COLOURS = ("#0b6e99", "#d1495b", "#3c8d53", "#8b5fbf", "#c98a00", "#444444", "#00a0a0", "#a0522d")


@dataclass(frozen=True, slots=True)
class Curve:
    """Scores of the units of a test part, in their order, with the labels."""

    detector: str
    unit: str
    scores: Floats
    anomalous: Bools


def colour(number: int) -> str:
    """Return the colour of the detector with this number."""
    return _COLOURS[number % len(_COLOURS)]


def pr_picture(curves: Sequence[Curve]) -> str:
    """Return precision against recall of each detector, in one drawing."""
    end = _MARGIN + _SIDE
    parts = [
        f'<svg viewBox="0 0 {end + 220} {end + 30}" role="img" aria-label="precision and recall">',
        f'<rect x="{_MARGIN}" y="10" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#999"/>',
        f'<text x="{_MARGIN + _SIDE / 2}" y="{_SIDE + 40}" text-anchor="middle">recall</text>',
        f'<text x="12" y="{10 + _SIDE / 2}" transform="rotate(-90 12 {10 + _SIDE / 2})">precision</text>',
    ]
    for number, curve in enumerate(curves):
        recall, precision = _thinned(*pr_curve(curve.scores, curve.anomalous))
        points = " ".join(
            f"{_MARGIN + r * _SIDE:.1f},{10 + (1 - p) * _SIDE:.1f}"
            for r, p in zip(recall.tolist(), precision.tolist(), strict=True)
        )
        area = average_precision(curve.scores, curve.anomalous)
        label = escape(f"{curve.detector} ({curve.unit}) {area:.3f}")
        parts += [
            f'<polyline points="{points}" fill="none" stroke="{colour(number)}" stroke-width="1.5"/>',
            f'<text x="{end + 10}" y="{24 + 18 * number}" fill="{colour(number)}">{label}</text>',
        ]
    return "\n".join([*parts, "</svg>"])


def timeline_picture(curve: Curve) -> str:
    """Return the highest score of each stretch of the test part, in its order; anomalous ones marked."""
    bins = np.array_split(np.arange(len(curve.scores)), min(len(curve.scores), _WIDE // 2))
    top = max(float(curve.scores.max()), 1e-12)
    width = _WIDE / len(bins)
    parts = [f'<svg viewBox="0 0 {_WIDE} {_HIGH + 14}" role="img" aria-label="scores in order">']
    for number, rows in enumerate(bins):
        height = _HIGH * max(float(curve.scores[rows].max()), 0.0) / top
        place = f'x="{number * width:.1f}" width="{width:.1f}"'
        parts.append(f'<rect {place} y="{_HIGH - height:.1f}" height="{height:.1f}" fill="#0b6e99"/>')
        if curve.anomalous[rows].any():
            parts.append(f'<rect {place} y="{_HIGH + 4}" height="8" fill="#d1495b"/>')
    return "\n".join([*parts, "</svg>"])


def _thinned(recall: Floats, precision: Floats) -> tuple[Floats, Floats]:
    kept = np.unique(np.linspace(0, len(recall) - 1, min(len(recall), _MAX_POINTS)).astype(np.int64))
    return recall[kept], precision[kept]
