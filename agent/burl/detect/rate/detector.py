"""The `rate` detector."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.rate.config import RateConfig
from burl.detect.rate.series import TOTAL, Odd, ServiceSeries
from burl.errors import BundleError
from burl.parse import Catalogue
from burl.window.units import Intervals, Unit

_FILE = "series.json"


class _Note(NamedTuple):
    service: int
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
        self._services: dict[int, ServiceSeries] = {}
        self._notes: list[_Note] = []

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Learn the history of each series."""
        self.bind(corpus.streams)
        slices = corpus.intervals()
        for done, intervals in enumerate(slices):
            progress("rate", done / len(slices))
            self._step(intervals, trusted=True)
        self._trained = {
            self.service_key(service): self._portable(series, corpus.catalogue)
            for service, series in self._services.items()
        }
        self._services = {}
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
        except (OSError, ValueError, TypeError, AttributeError) as error:
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
        rows = _rows_by_interval(units)
        for service, start_ns in units.closed:
            here = rows.get((service, start_ns), {})
            counts = {template: int(units.counts[row]) for template, row in here.items()}
            series = self._series(service, units.catalogue)
            for odd in series.step(start_ns, start_ns // length_ns, counts, trusted=trusted):
                self._notes.append(_Note(service, start_ns + length_ns, odd))
                positions.append(_position(odd, here, units))
        if units.closed:
            self._forget()
        values = np.array([note.odd.score for note in self._notes], dtype=np.float64)
        return Scores(values, np.arange(len(values)), np.array(positions, dtype=np.int64))

    def explain(self, units: Units, row: int) -> Explanation:
        """Give the expected and the actual count; a silent service is shown by its most frequent template."""
        service, end_ns, odd = self._notes[row]
        template = odd.template
        if template == TOTAL:
            template = self._series(service, units.catalogue).most_frequent()
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
        return [[service, series.state()] for service, series in self._services.items()]

    def restore(self, state: Any) -> None:
        """Continue from `state`."""
        for service, saved in state:
            self._services[service] = ServiceSeries(self.config)
            self._services[service].restore(saved)

    def _series(self, service: int, catalogue: Catalogue) -> ServiceSeries:
        series = self._services.get(service)
        if series is None:
            series = self._services[service] = ServiceSeries(self.config)
            trained = self._trained.get(self.service_key(service))
            if trained is not None:
                series.restore(trained[1])
                series.rename([TOTAL, *(catalogue.index(identifier) for identifier in trained[0][1:])])
        return series

    def _portable(self, series: ServiceSeries, catalogue: Catalogue) -> list[Any]:
        series.settle()
        templates = series.rows["template"].tolist()
        return [["", *(catalogue[template].id for template in templates[1:])], series.state()]

    def _forget(self) -> None:
        """Drop series that were silent too long, then the longest silent ones beyond the limit."""
        for series in self._services.values():
            rest = np.maximum(self.config.memory_intervals, 2 * series.rows["longest"])
            series.keep(series.rows["zeros"] < rest)
        excess = sum(len(series.rows) for series in self._services.values()) - self.config.max_series
        if excess > 0:
            last = np.concatenate([series.rows["last_ns"] for series in self._services.values()])
            oldest = np.partition(last, excess - 1)[excess - 1]
            for series in self._services.values():
                series.keep(series.rows["last_ns"] > oldest)


def _checked(trained: Any, config: RateConfig) -> list[Any]:
    """Return what `export` wrote of one service. Raises TypeError or ValueError on anything else."""
    templates, state = trained
    series = ServiceSeries(config)
    series.restore(state)
    if len(templates) != len(series.rows):
        raise ValueError(f"{len(series.rows)} series of {len(templates)} templates")
    return [templates, state]


def _rows_by_interval(units: Intervals) -> dict[tuple[int, int], dict[int, int]]:
    """Return the row of each template, by service and start."""
    found: dict[tuple[int, int], dict[int, int]] = {}
    columns = (units.services.tolist(), units.starts_ns.tolist(), units.templates.tolist())
    for row, (service, start_ns, template) in enumerate(zip(*columns, strict=True)):
        found.setdefault((service, start_ns), {})[template] = row
    return found


def _position(odd: Odd, rows: Mapping[int, int], units: Intervals) -> int:
    """Return the row whose record the finding names; of a service's burst its largest one."""
    if odd.actual < odd.expected or not rows:
        return -1
    if odd.template != TOTAL:
        return rows[odd.template]
    return max(rows.values(), key=lambda row: int(units.counts[row]))


def _verdict(odd: Odd, seconds: float) -> str:
    if not odd.actual:
        return f"should have come {odd.expected:.1f} times in an interval, but is silent for {seconds:.0f} s"
    word = "more" if odd.actual > odd.expected else "less"
    return f"came {odd.actual} times in an interval, {word} than the {odd.expected:.1f} expected"
