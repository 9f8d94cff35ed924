"""Where to draw the line between normal and anomalous units, chosen on held-out training data alone.

With labels the threshold is the one of the best F1 on the held-out units. Without, held-out sequences are
spoilt - a part left out, put in, or replaced - and these stand for anomalies, as rare as anomalies are. A
quantile of normal scores alone would have to be guessed: on data that are all alike one in a thousand is far
too many, on data of endless variety (system calls) it finds nothing.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from burl.detect import Detector, Units
from burl.detect.parts import parts_of, score_parts
from burl.receive.batch import Ints
from burl.train.corpus import Corpus
from burl.window import Events, Sequences

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_PER_EVENT = 0.001
_LEAST_PREVALENCE, _MOST_PREVALENCE = 0.02, 0.1
"""Share of anomalies that spoilt sequences are weighted to: the longer they are, the more may go wrong."""
CLEAR = 2.0
"""Standard errors up to which a difference of two F1s may be chance."""
_MAX_GRAIN = 0.03
"""However few the held-out units, larger differences of F1 are not put down to one of them."""
_COPIES = 3
_MAX_SPOILT = 4_000
_LEAST_SHARE, _MOST_SHARE = 0.05, 0.5
"""Of a sequence, how much is spoilt."""
_TRACE_EVENTS = 100
"""Sequences so long are spoilt by what came in others."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How verdicts are made of scores, and the F1 on held-out units that it was chosen for."""

    threshold: float
    f1: float
    paper: bool

    def verdicts(self, scores: Floats, decisive: Bools) -> Bools:
        """Return what is called anomalous."""
        return decisive if self.paper else scores > self.threshold


@dataclass(frozen=True, slots=True)
class Validation:
    """What a detector says of held-out units, which of them are anomalous, and the weight of each in F1.

    `decisive` are the verdicts of the paper's own rule; `by_labels` tells whether people said what is
    anomalous, or spoilt sequences stand for it.
    """

    scores: Floats
    decisive: Bools
    anomalous: Bools
    weights: Floats
    by_labels: bool

    def rule(self, errors: float = CLEAR) -> "Rule":
        """Return the paper's rule, unless the best threshold is clearly better; the latter where it has none.

        The threshold is the best of thousands on data that only resemble what is to come: what it gains
        within chance, it loses there.

        Args:
            errors: by how many standard errors it must be better.
        """
        f1, threshold = self.f1()
        if not self.decisive.any() or self._exceeds(self.scores > threshold, self.decisive, errors):
            return Rule(threshold, f1, paper=False)
        return Rule(threshold, self.f1_of(self.decisive), paper=True)

    def f1_of(self, found: Bools) -> float:
        """Return the F1 of verdicts."""
        hits = float((self.weights * (found & self.anomalous)).sum())
        flagged, odd = float((self.weights * found).sum()), float((self.weights * self.anomalous).sum())
        return 2 * hits / (flagged + odd)

    def grain(self) -> float:
        """Return what one normal unit called anomalous takes from F1, about."""
        odd = float(self.weights[self.anomalous].sum())
        return min(float(self.weights[~self.anomalous].max()) / (2 * odd), _MAX_GRAIN)

    def _exceeds(self, found: Bools, other: Bools, errors: float) -> bool:
        """Return whether the F1 of some verdicts is higher than that of others by so many standard errors.

        The error is that of the difference, by the delta method: both are of the same units.
        """
        pulls = self._pulls(found) - self._pulls(other)
        classes = (self.anomalous, ~self.anomalous)
        variance = sum(np.count_nonzero(units) * float(pulls[units].var()) for units in classes)
        return self.f1_of(found) - self.f1_of(other) > errors * math.sqrt(variance)

    def _pulls(self, found: Bools) -> Floats:
        """Return what each unit does to the F1 of verdicts: the difference of one more of its kind."""
        both = found.astype(np.float64) + self.anomalous
        hits = 2.0 * (found & self.anomalous)
        return self.weights * (hits - self.f1_of(found) * both) / float((self.weights * both).sum())

    def f1(self) -> tuple[float, float]:
        """Return the best F1 and the highest threshold that reaches it: what scores above is anomalous."""
        order = np.argsort(-self.scores, kind="stable")
        scores, odd = self.scores[order], self.anomalous[order]
        weights = self.weights[order]
        hits, found = np.cumsum(weights * odd), np.cumsum(weights)
        f1 = 2 * hits / (found + float((weights * odd).sum()))
        # A threshold lies between two scores: only where the next is lower, and below it no further than 0.
        following = np.append(scores[1:], 0.0)
        usable = (scores > following) & (scores > 0)
        if not usable.any():
            return 0.0, float(max(scores[0], 0.0))
        best = int(np.flatnonzero(usable)[f1[usable].argmax()])
        return float(f1[best]), float(max(following[best], 0.0))


def validate(detector: Detector, holdout: Corpus, seed: int) -> Validation | None:
    """Return how `detector` scores held-out units; None where nothing tells what an anomaly would be."""
    labels = holdout.labels(detector.unit)
    if labels is not None and labels.any() and not labels.all():
        units = parts_of(holdout, detector.unit)
        scores, decisive = said(detector, units)
        if detector.absorbs:
            scores, decisive = carried(units, scores), carried(units, decisive)
        return Validation(scores, decisive, labels, np.ones(len(labels)), by_labels=True)
    if detector.unit not in ("session", "window"):
        return None
    normal = holdout.sequences(detector.unit)
    spoilt = spoil(normal, seed)
    scores, decisive = said(detector, [normal, spoilt])
    anomalous = np.arange(len(scores)) >= len(normal)
    odd = _prevalence(normal)
    share = np.where(anomalous, odd / len(spoilt), (1 - odd) / len(normal))
    return Validation(scores, decisive, anomalous, share, by_labels=False)


def _prevalence(sequences: Sequences) -> float:
    """Return how many sequences of that length are taken to be anomalous; these are 2 in 100 short ones."""
    length = float(np.median(np.diff(sequences.offsets)))
    return float(np.clip(_PER_EVENT * length, _LEAST_PREVALENCE, _MOST_PREVALENCE))


def said(detector: Detector, asked: Iterable[Units]) -> tuple[Floats, Bools]:
    """Return the scores of all units, and the verdicts of the paper's own rule."""
    values, verdicts = [np.empty(0)], [np.empty(0, dtype=np.bool_)]
    for units, scores in score_parts(detector, asked):
        values.append(scores.values)
        verdicts.append(detector.verdicts(units, scores))
    return np.concatenate(values), np.concatenate(verdicts)


Told = TypeVar("Told", Floats, Bools)


def carried(units: Sequence[Units], told: Told) -> Told:
    """Return for each event the highest that was told of its template in its service up to it.

    A detector that absorbs what it has reported says nothing of it again: its report stands for all of them.
    """
    highest: dict[tuple[int, int], Any] = {}
    result = told.copy()
    start = 0
    for part in units:
        if not isinstance(part, Events):
            raise TypeError("only events are carried on")
        pairs = zip(part.services.tolist(), part.templates.tolist(), strict=True)
        for row, pair in enumerate(pairs, start):
            highest[pair] = result[row] = max(highest.get(pair, told[row]), told[row])
        start += len(part)
    return result


def spoil(sequences: Sequences, seed: int) -> Sequences:
    """Return spoilt copies: a stretch of the judged events is left out, or replaced or put in at random.

    Random events are no likeness of what goes wrong for long: an intruder's program also does one sensible
    thing after the other, but not what it should. Into long sequences comes a stretch of another one.
    """
    rng = np.random.default_rng(seed)
    known = np.unique(sequences.templates)
    rows = np.tile(np.arange(len(sequences)), _COPIES)[:_MAX_SPOILT]
    parts = [_spoilt_rows(sequences, int(row), known, rng) for row in rows]
    sources = np.concatenate([source for source, _ in parts])
    copies = sequences.take(rows)
    lengths = [len(source) for source, _ in parts]
    return Sequences(
        catalogue=sequences.catalogue,
        unit=sequences.unit,
        keys=copies.keys,
        kinds=copies.kinds,
        ids=copies.ids,
        services=copies.services,
        leads=copies.leads,
        offsets=np.cumsum([0, *lengths], dtype=np.int64),
        templates=np.concatenate([templates for _, templates in parts]),
        times_ns=sequences.times_ns[sources],
        streams=sequences.streams[sources],
        record=lambda position: sequences.record(int(sources[position])),
        complete=copies.complete,
    )


def _spoilt_rows(sequences: Sequences, row: int, known: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return flat positions that lend their time and stream, and the templates of a spoilt sequence."""
    lead = int(sequences.leads[row])
    positions = np.arange(sequences.offsets[row], sequences.offsets[row + 1])
    templates = sequences.templates[positions]
    judged = len(positions) - lead
    size = min(max(1, round(judged * rng.uniform(_LEAST_SHARE, _MOST_SHARE))), judged)
    start = lead + int(rng.integers(0, judged - size + 1))
    how = int(rng.integers(0 if size < judged else 1, 3))
    before, stretch, after = np.split(np.arange(len(positions)), [start, start + size])
    if how == 0:
        kept = np.concatenate([before, after])
        return positions[kept], templates[kept]
    random = rng.choice(known, size) if judged < _TRACE_EVENTS else _foreign(sequences, size, rng)
    behind = after if how == 1 else np.concatenate([stretch, after])
    sources = positions[np.concatenate([before, stretch, behind])]
    return sources, np.concatenate([templates[before], random, templates[behind]])


def _foreign(sequences: Sequences, size: int, rng: np.random.Generator) -> Ints:
    """Return `size` events that followed one another in one sequence, which begins anew at its end."""
    row = int(rng.integers(0, len(sequences)))
    start, stop = int(sequences.offsets[row]), int(sequences.offsets[row + 1])
    places = (int(rng.integers(0, stop - start)) + np.arange(size)) % (stop - start)
    return sequences.templates[start + places]
