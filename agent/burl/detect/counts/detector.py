"""The base of detectors that judge sequences by how often each event comes in them."""

import json
import math
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from burl.detect.arrays import read_arrays
from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.counts.config import CountConfig
from burl.detect.counts.matrix import count_matrix, portions
from burl.detect.counts.model import Arrays, CountModel, Floats, Judged
from burl.detect.vocabulary import Vocabulary
from burl.errors import BundleError
from burl.receive.batch import Ints
from burl.window.units import Sequences, Unit

_KINDS = "kinds.json"


class CountDetector(Detector):
    """Learns a model of each kind of sequence; subclasses say which (`learn`, `model_of`)."""

    config_type: ClassVar[type[DetectorConfig]] = CountConfig
    units: ClassVar[tuple[Unit, ...]] = ("session", "window")
    kinds: ClassVar[tuple[str, ...]] = ("sequence",)
    skipped_checks: ClassVar[Mapping[str, str]] = {
        "check_better_than_chance": "two of three anomalies of the synthetic corpus change only the order, or"
        " bring events that are not judged by default; tests/unit/detect/counts has those that counts show"
    }
    config: CountConfig

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        """Args: as `Detector`."""
        super().__init__(unit, config, seed)
        self._vocabulary = Vocabulary([])
        self._models: dict[str, CountModel] = {}

    @abstractmethod
    def learn(self, counts: Floats, labels: npt.NDArray[np.bool_] | None) -> CountModel:
        """Return the model of count vectors (n, width), n >= 2; the last column is 0 (never seen)."""

    @classmethod
    @abstractmethod
    def model_of(cls, arrays: Arrays, config: CountConfig) -> CountModel:
        """Return the model of `CountModel.arrays`. Raises KeyError or ValueError when it is none."""

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Learn from each kind of sequence; those of which the begin or the end is lost are left out."""
        sequences = corpus.sequences(self.unit)
        labels = corpus.labels(self.unit) if self.uses_labels else None
        self._vocabulary = Vocabulary.of(sequences.templates, sequences.catalogue)
        dense = self._vocabulary.encode(sequences.templates, sequences.catalogue)
        kinds = np.array(sequences.kinds, dtype=object)
        names = sorted(set(sequences.kinds))
        for done, kind in enumerate(names):
            progress(f"{self.name}: {kind}", done / len(names))
            rows = np.flatnonzero((kinds == kind) & sequences.complete)[-self.config.max_sequences :]
            if len(rows) >= self.config.min_sequences:
                counts = count_matrix(sequences, dense, rows, len(self._vocabulary) + 1)
                self._models[kind] = self.learn(counts, None if labels is None else labels[rows])
        progress(self.name, 1.0)

    def export(self, directory: Path) -> None:
        """Write the vocabulary and the kinds as JSON, each model as npz."""
        self._vocabulary.save(directory / "vocabulary.json")
        (directory / _KINDS).write_text(json.dumps(sorted(self._models)), encoding="utf-8")
        for number, kind in enumerate(sorted(self._models)):
            arrays: dict[str, Any] = dict(self._models[kind].arrays())
            np.savez_compressed(directory / f"model{number}.npz", **arrays)

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        detector = cls(unit, config)
        detector._vocabulary = Vocabulary.load(directory / "vocabulary.json")
        try:
            kinds = json.loads((directory / _KINDS).read_text(encoding="utf-8"))
            for number, kind in enumerate(kinds):
                arrays = read_arrays(directory / f"model{number}.npz")
                detector._models[str(kind)] = cls.model_of(arrays, detector.config)
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise BundleError(f"{cls.name} in {directory} cannot be read: {error!r}; retrain") from error
        return detector

    def score(self, units: Units) -> Scores:
        """Score each sequence; 0 where its kind was not in training, or its begin or end is lost."""
        sequences = self._sequences(units)
        dense = self._vocabulary.encode(sequences.templates, sequences.catalogue)
        values, decisive = np.zeros(len(sequences)), np.zeros(len(sequences), dtype=np.bool_)
        positions = sequences.offsets[:-1] + sequences.leads
        positions = np.minimum(positions, sequences.offsets[1:] - 1)
        kinds = np.array(sequences.kinds, dtype=object)
        for kind, model in self._models.items():
            of_kind = np.flatnonzero((kinds == kind) & sequences.complete)
            for rows in portions(of_kind, len(self._vocabulary) + 1):
                counts = self._counts(sequences, dense, rows)
                judged = model.judge(counts)
                values[rows], decisive[rows] = judged.scores, judged.decisive
                odd = np.flatnonzero(judged.scores > 0)
                expected = judged.expected[odd]
                for row, event, usual in zip(rows[odd], *_offences(counts[odd], expected), strict=True):
                    positions[row] = _place(sequences, dense, int(row), int(event), float(usual))
        return Scores(values, np.arange(len(sequences)), positions, decisive)

    def explain(self, units: Units, row: int) -> Explanation:
        """Say which event came more or less often than what is normal, and what was expected."""
        sequences = self._sequences(units)
        kind = sequences.kinds[row]
        subject = f"{kind} {sequences.keys[row]}"
        if sequences.unit == "window":
            subject = f"window of {sequences.keys[row]}"
        model = self._models.get(kind)
        if model is None or not sequences.complete[row]:
            return Explanation("sequence", f"{subject}: no {kind} like it was in training")
        dense = self._vocabulary.encode(sequences.templates, sequences.catalogue)
        counts = self._counts(sequences, dense, np.array([row]))
        judged = model.judge(counts)
        return self._explanation(sequences, subject, counts[0], judged)

    def _explanation(self, sequences: Sequences, subject: str, counts: Floats, judged: Judged) -> Explanation:
        expected = judged.expected[0]
        event = int(_offences(counts[None], judged.expected)[0][0])
        template = self._vocabulary.decode(event, sequences.catalogue)
        text = (
            f"'{sequences.catalogue[template].text}'" if template >= 0 else "an event never seen in training"
        )
        usual = max(float(expected[event]), 0.0)
        came = int(counts[event])
        return Explanation(
            "sequence",
            f"{subject}: {text} came {came} times, like ones in training had {usual:.1f}",
            template=template,
            expected_templates=[template] if template >= 0 and usual > came else [],
            expected_value=usual,
            actual_value=float(came),
            decisive=bool(judged.decisive[0]),
            detail={"events": int(counts.sum())},
        )

    def _sequences(self, units: Units) -> Sequences:
        if not isinstance(units, Sequences):
            raise TypeError(f"{self.name} judges sequences, not {type(units).__name__}")
        return units

    def _counts(self, sequences: Sequences, dense: Ints, rows: Ints) -> Floats:
        counts = count_matrix(sequences, dense, rows, len(self._vocabulary) + 1)
        if self.config.unseen == "ignore":
            counts[:, self._vocabulary.unseen] = 0
        return counts


def _place(sequences: Sequences, dense: Ints, row: int, event: int, usual: float) -> int:
    """Return where a sequence went wrong: its first surplus event, or its end where one is missing."""
    start, stop = int(sequences.offsets[row] + sequences.leads[row]), int(sequences.offsets[row + 1])
    came = np.flatnonzero(dense[start:stop] == event)
    surplus = max(math.ceil(usual), 0)
    return start + int(came[surplus]) if surplus < len(came) else max(stop, start + 1) - 1


def _offences(counts: Floats, expected: Floats) -> tuple[Ints, Floats]:
    """Return the event of each vector whose count is furthest from what was expected (on a log scale)."""
    distance = np.abs(np.log1p(counts) - np.log1p(np.maximum(expected, 0)))
    events = distance.argmax(axis=1)
    return events, expected[np.arange(len(events)), events]
