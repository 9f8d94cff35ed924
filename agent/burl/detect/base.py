"""The contract of a detector: a typed config, a training side and a serving side.

Training: `fit(corpus, progress)` then `export(directory)`. Serving: `load(directory)`, `score(units)`,
`explain(units, i)`; detectors that learn while serving also have `state()` and `restore()`.
Detectors are found by the entry-point group `burl.detectors`. The serving side imports neither torch nor
scikit-learn; `fit` does, inside a module named `training.py` in the detector's folder.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from burl.detect.embeddings import TextResources
from burl.parse import Catalogue
from burl.receive.batch import Ints, StreamTable
from burl.window.units import Events, Intervals, Sequences, Unit

Units = Events | Sequences | Intervals
Progress = Callable[[str, float], None]
"""Called as `progress(stage, fraction)` with 0 <= fraction <= 1; raising from it stops the training."""


class DetectorConfig(BaseModel):
    """Base of every detector's settings: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(slots=True)
class Scores:
    """Raw scores of units, the higher the odder; not comparable between detectors.

    One row is one thing that may become a finding. Detectors of events, windows and sessions give one row per
    unit, in order; detectors of intervals give the rows that they have an opinion on.

    Attributes:
        values: float64, finite. -inf is not allowed; 0 or less means "nothing odd at all".
        rows: index of the unit each row is about (an event, a sequence); for intervals an index of the
            detector's own, handed back to `explain`.
        positions: where the unit went wrong: the flat position of the first offending record of a sequence,
            the event's own index, -1 for intervals.
        decisive: True where the paper's own decision rule, too, calls the row abnormal; None where scoring
            does not tell (see `Detector.verdicts`).
    """

    values: npt.NDArray[np.float64]
    rows: Ints
    positions: Ints
    decisive: npt.NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.values)


@dataclass(slots=True)
class Explanation:
    """Why a unit is odd; becomes the flat fields of an annotation.

    Attributes:
        kind: `new_template`, `rare_template`, `sequence`, `rate`, `silence`, `parameter`, `semantic` or
            `supervised`.
        reason: one sentence for a person: what was expected, what came.
        template: index of the offending template in the catalogue, or -1.
        start_ns, end_ns: the stretch of event time the finding speaks of; 0 = the record's own time.
        service: service index, for findings that name no record (silence); else -1.
        decisive: True when the paper's own decision rule, too, calls this unit abnormal.
    """

    kind: str
    reason: str
    template: int = -1
    expected_templates: list[int] = field(default_factory=list)
    nearest_template: int = -1
    changed_tokens: list[str] = field(default_factory=list)
    expected_value: float | None = None
    actual_value: float | None = None
    probability: float | None = None
    start_ns: int = 0
    end_ns: int = 0
    service: int = -1
    decisive: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)


class Corpus(Protocol):
    """What a detector learns from: normal (or labelled) data that went through receive, parse and window.

    The holdout (its last quarter) is kept out of it and calibrates the scores.
    """

    @property
    def catalogue(self) -> Catalogue:
        """All templates of the corpus."""
        ...

    @property
    def streams(self) -> StreamTable:
        """All streams of the corpus."""
        ...

    def events(self) -> list[Events]:
        """All records, in slices, in order of event time."""
        ...

    def sequences(self, unit: Unit) -> Sequences:
        """All windows or all sessions."""
        ...

    def intervals(self) -> list[Intervals]:
        """All closed intervals, in order."""
        ...

    def labels(self, unit: Unit) -> npt.NDArray[np.bool_] | None:
        """True where a unit is anomalous, aligned with the units; None where nobody labelled them."""
        ...


class Detector(ABC):
    """A detector. Subclasses name themselves, their config and the units they can score."""

    name: ClassVar[str]
    config_type: ClassVar[type[DetectorConfig]] = DetectorConfig
    units: ClassVar[tuple[Unit, ...]]
    """Units it can score; the first is its default."""
    kinds: ClassVar[tuple[str, ...]]
    """Kinds of anomaly that it reports."""
    online: ClassVar[bool] = False
    """True for a detector that is useful without `fit`: it learns while it serves."""
    absorbs: ClassVar[bool] = False
    """True when what it calls odd is known to it from then on: its false alarms become rarer with time."""
    uses_labels: ClassVar[bool] = False
    """True for a detector that learns from anomalous units, too, where `Corpus.labels` knows them; all others
    are given normal units only."""
    needs_labels: ClassVar[bool] = False
    """True for a detector that learns nothing where no unit is labelled anomalous."""
    needs_times: ClassVar[bool] = False
    """True for a detector that learns nothing where nobody knows when the events were."""
    skipped_checks: ClassVar[Mapping[str, str]] = {}
    """Checks of `burl.testing` that do not apply, each with its reason."""

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        """Args: `unit` one of `units`; `seed` makes `fit` repeatable."""
        self.unit: Unit = unit or self.units[0]
        self.config = config or self.config_type()
        self.seed = seed
        self._streams: StreamTable | None = None

    def bind(self, streams: StreamTable) -> None:
        """Tell whose services and streams the indexes of all later units mean; called before `score`.

        Service indexes are the process's own: what was learnt of a service is kept by its key.
        """
        self._streams = streams

    def equip(self, resources: TextResources) -> None:  # few detectors read words
        """Take what training may know of language beside the logs; called before `fit`, if at all."""

    def service_key(self, service: int) -> str:
        """Return the key of a service by its index; a stand-in of no history while nothing is bound."""
        return f"service {service}" if self._streams is None else self._streams.service_name(service)

    def service_label(self, service: int) -> str:
        """Return the service's key as people read it: `shop/cart/app`, or `app` where only that is known."""
        return "/".join(filter(None, self.service_key(service).split("/")))

    def fit(self, corpus: Corpus, progress: Progress) -> None:  # online detectors have no fit
        """Learn from `corpus`. Detectors that only learn online keep this default."""

    @abstractmethod
    def export(self, directory: Path) -> None:
        """Write what `load` needs as JSON, npz without pickle, or ONNX."""

    @classmethod
    @abstractmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""

    @abstractmethod
    def score(self, units: Units) -> Scores:
        """Score units of this detector's `unit`; learns from them when the detector is `online`."""

    def verdicts(self, units: Units, scores: Scores) -> npt.NDArray[np.bool_]:
        """Return the verdict of the paper's own rule for each row of the units scored last.

        Asked by evaluations only. The default asks `explain` of each row that is odd at all.
        """
        if scores.decisive is not None:
            return scores.decisive
        decisive = np.zeros(len(scores), dtype=np.bool_)
        for row in np.flatnonzero(scores.values > 0).tolist():
            decisive[row] = self.explain(units, row).decisive
        return decisive

    @abstractmethod
    def explain(self, units: Units, row: int) -> Explanation:
        """Explain row `row` (0-based position in the `Scores`) of the units scored last."""

    def state(self) -> Any:
        """Return what an online detector learnt, as msgpack-able values."""
        return None

    def restore(self, state: Any) -> None:  # most detectors keep no state
        """Continue from `state`."""
