"""The `rate` detector."""

import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.rate.config import RateConfig
from burl.detect.rate.rows import TOTAL, Counts, Odd
from burl.detect.rate.series import SeriesTable, renamed
from burl.distinct import distinct
from burl.errors import BundleError
from burl.parse import Catalogue
from burl.receive.batch import Ints
from burl.window.units import Intervals, Unit

_FILE = "series.json"


class _Note(NamedTuple):
    end_ns: int
    odd: Odd


class Rate(Detector):
    """Counts per service and template against their own history: bursts, drops and silence.

    The raw score is the surprise in decades: of a count under a negative binomial distribution whose mean and
    variance are learnt (counts of logs vary more than Poisson's), and of a gap longer than all before. The
    total of a service speaks for its templates when it falls. An odd stretch is reported when it begins, and
    again when it doubles; it keeps the start of its first interval.
    """

    name: ClassVar[str] = "rate"
    config_type: ClassVar[type[DetectorConfig]] = RateConfig
    units: ClassVar[tuple[Unit, ...]] = ("interval",)
    kinds: ClassVar[tuple[str, ...]] = ("rate", "silence")
    online: ClassVar[bool] = True
    config: RateConfig

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        """Args: as `Detector`; nothing here is random, so `seed` changes nothing."""
        super().__init__(unit, config, seed)
        self._trained: dict[str, Any] = {}
        self._series = SeriesTable(self.config)
        self._notes: list[_Note] = []

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Learn the history of each series."""
        self.bind(corpus.streams)
        slices = corpus.intervals()
        for done, intervals in enumerate(slices):
            progress("rate", done / len(slices))
            self._step(intervals, trusted=True)
        self._series.settle()
        self._trained = {
            self.service_key(service): self._portable(service, corpus.catalogue)
            for service in self._series.services()
        }
        self._series = SeriesTable(self.config)
        progress("rate", 1.0)

    def export(self, directory: Path) -> None:
        """Write the series as JSON."""
        (directory / _FILE).write_text(json.dumps(self._trained, sort_keys=True), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        detector = cls(unit, config)
        try:
            content = json.loads((directory / _FILE).read_text(encoding="utf-8"))
            detector._trained = {
                str(key): _checked(series, detector.config) for key, series in content.items()
            }
        except (OSError, ValueError, TypeError, AttributeError, IndexError) as error:
            raise BundleError(f"rate in {directory} cannot be read: {error!r}") from error
        return detector

    def score(self, units: Units) -> Scores:
        """Score the closed intervals, and learn from them.

        A row for each series whose count is odd; its position is the interval's row for a burst (so the
        finding names one of its records), -1 for a drop or silence.
        """
        if not isinstance(units, Intervals):
            raise TypeError(f"rate scores intervals, not {type(units).__name__}")
        return self._step(units, trusted=False)

    def _step(self, units: Intervals, *, trusted: bool) -> Scores:
        self._notes = []
        positions: list[int] = []
        length_ns = int(units.interval_seconds * 1e9)
        for start_ns, closed, rows in _by_start(units):
            self._open(closed, units.catalogue)
            came = Counts(units.services[rows], units.templates[rows], units.counts[rows])
            for odd in self._series.step(start_ns, start_ns // length_ns, closed, came, trusted=trusted):
                self._notes.append(_Note(start_ns + length_ns, odd))
                positions.append(_position(odd, rows, units))
        if units.closed:
            self._series.forget()
        values = np.array([note.odd.score for note in self._notes], dtype=np.float64)
        return Scores(values, np.arange(len(values)), np.array(positions, dtype=np.int64))

    def explain(self, units: Units, row: int) -> Explanation:
        """Give the expected and the actual count; a silent service is shown by its most frequent template."""
        end_ns, odd = self._notes[row]
        service, template = odd.service, odd.template
        if template == TOTAL:
            template = self._series.most_frequent(service)
        subject = self.service_label(service)
        if odd.template != TOTAL:
            subject += f": {units.catalogue[template].text!r}"
        return Explanation(
            kind="rate" if odd.actual else "silence",
            reason=f"{subject} {_verdict(odd, (end_ns - odd.since_ns) / 1e9)}",
            template=template,
            expected_templates=[] if odd.actual >= odd.expected else [template],
            expected_value=odd.expected,
            actual_value=float(odd.actual),
            start_ns=odd.since_ns,
            end_ns=end_ns,
            service=service,
            decisive=True,
            detail={"whole_service": odd.template == TOTAL},
        )

    def state(self) -> Any:
        """Return what was learnt, as msgpack-able values."""
        return [[service, self._series.state(service)] for service in self._series.services()]

    def restore(self, state: Any) -> None:
        """Continue from `state`."""
        self._series.open(dict(state))

    def _open(self, services: Ints, catalogue: Catalogue) -> None:
        """Begin with those of `services` that are new: as training knows them, or empty."""
        if unknown := [service for service in services.tolist() if service not in self._series]:
            self._series.open({service: self._trained_state(service, catalogue) for service in unknown})

    def _trained_state(self, service: int, catalogue: Catalogue) -> list[Any] | None:
        trained = self._trained.get(self.service_key(service))
        if trained is None:
            return None
        identifiers, state = trained
        return renamed(state, [catalogue.index(identifier) for identifier in identifiers[1:]])

    def _portable(self, service: int, catalogue: Catalogue) -> list[Any]:
        state = self._series.state(service)
        return [["", *(catalogue[row[0]].id for row in state[0][1:])], state]


def _checked(trained: Any, config: RateConfig) -> list[Any]:
    """Return what `export` wrote of one service. Raises TypeError or ValueError on anything else."""
    identifiers, state = trained
    SeriesTable(config).open({0: renamed(state, range(1, len(identifiers)))})
    return [identifiers, state]


def _by_start(units: Intervals) -> Iterator[tuple[int, Ints, Ints]]:
    """Return each interval that was closed: its start, the services (rising), the rows of `units`."""
    order = units.starts_ns.argsort(kind="stable")
    ordered = units.starts_ns[order]
    for start_ns, closed in groupby(units.closed, key=itemgetter(1)):
        rows = order[slice(*ordered.searchsorted([start_ns, start_ns + 1]))]
        yield start_ns, distinct(np.array([service for service, _ in closed], dtype=np.int64)), rows


def _position(odd: Odd, rows: Ints, units: Intervals) -> int:
    """Return the row whose record the finding names; of a service's burst its largest one."""
    if odd.actual < odd.expected:
        return -1
    shown = rows[units.services[rows] == odd.service]
    if odd.template != TOTAL:
        shown = shown[units.templates[shown] == odd.template]
    return int(shown[units.counts[shown].argmax()]) if len(shown) else -1


def _verdict(odd: Odd, seconds: float) -> str:
    if not odd.actual:
        return f"should have come {odd.expected:.1f} times in an interval, but is silent for {seconds:.0f} s"
    word = "more" if odd.actual > odd.expected else "less"
    return f"came {odd.actual} times in an interval, {word} than the {odd.expected:.1f} expected"
