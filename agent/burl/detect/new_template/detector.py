"""The `new_template` detector."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.new_template.alarm import alarm
from burl.detect.new_template.columns import Passed, pair_counts, runs
from burl.detect.new_template.config import NewTemplateConfig
from burl.detect.new_template.explain import Note, explanation
from burl.detect.new_template.history import COMMON, Counts, History, Pair
from burl.detect.new_template.nearest import NearestTemplates
from burl.distinct import distinct
from burl.errors import BundleError
from burl.parse import Template
from burl.receive.batch import Ints
from burl.window.pairs import pair_of, service_of
from burl.window.units import Events, Unit

_FILE = "services.json"


class NewTemplate(Detector):
    """A template never seen from its service, or hardly ever.

    The raw score is the surprise in decades (see `history`), more for what resembles nothing known and for
    what speaks of errors. A template that stays is scored once; after `realert_seconds` of absence again,
    until it came back so often that it is no longer rare.
    """

    name: ClassVar[str] = "new_template"
    config_type: ClassVar[type[DetectorConfig]] = NewTemplateConfig
    units: ClassVar[tuple[Unit, ...]] = ("event",)
    kinds: ClassVar[tuple[str, ...]] = ("new_template", "rare_template")
    online: ClassVar[bool] = True
    absorbs: ClassVar[bool] = True
    config: NewTemplateConfig

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        """Args: as `Detector`; nothing here is random, so `seed` changes nothing."""
        super().__init__(unit, config, seed)
        self._realert_ns = int(self.config.realert_seconds * 1e9)
        self._use({})
        self._history = History(self.config, self._trained_counts)
        self._nearest = NearestTemplates(self.config.max_compared)
        self._notes: dict[int, Note] = {}

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Count how often each service wrote each template."""
        counts: dict[str, Counter[str]] = {}
        slices = corpus.events()
        for done, events in enumerate(slices):
            progress("new_template", done / len(slices))
            for service, template, count in pair_counts(events):
                known = counts.setdefault(corpus.streams.service_name(service), Counter())
                known[events.catalogue[template].id] += count
        self._use({service: dict(templates) for service, templates in counts.items()})
        self.bind(corpus.streams)
        progress("new_template", 1.0)

    def export(self, directory: Path) -> None:
        """Write the counts as JSON."""
        (directory / _FILE).write_text(json.dumps(self._trained, sort_keys=True), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        detector = cls(unit, config)
        try:
            content = json.loads((directory / _FILE).read_text(encoding="utf-8"))
            detector._use({s: {str(t): int(n) for t, n in c.items()} for s, c in content.items()})
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise BundleError(f"new_template in {directory} cannot be read: {error!r}") from error
        return detector

    def score(self, units: Units) -> Scores:
        """Score each event, and learn from it."""
        if not isinstance(units, Events):
            raise TypeError(f"new_template scores events, not {type(units).__name__}")
        self._notes = {}
        values, rows = np.zeros(len(units), dtype=np.float64), np.arange(len(units))
        pairs = pair_of(units.services, units.templates)
        met = distinct(pairs)
        last_ns = np.array(self._history.last_seen(met.tolist()), dtype=np.int64)
        services = set(service_of(met).tolist())
        untrained = {service for service in services if not self._history.is_trained(service)}
        if untrained or (last_ns != COMMON).any():
            self._judge(units, pairs, last_ns[met.searchsorted(pairs)], untrained, values)
        return Scores(values, rows, rows)

    def _judge(
        self, units: Events, pairs: Ints, seen_ns: Ints, untrained: set[int], values: npt.NDArray[np.float64]
    ) -> None:
        """Score the events that are rare, and learn from them.

        Args:
            units: events (n).
            pairs: of each event.
            seen_ns: when each pair was last seen before all of these, see `History.last_seen`.
            untrained: the services among them without history.
            values: where the scores are to stand (n).
        """
        history, common = self._history, seen_ns == COMMON
        passed = Passed(units.services, common)
        for row, service, latest_ns in self._rare_runs(units, pairs, seen_ns, untrained):
            if common[row]:  # since an earlier event of this very slice
                continue
            if service in untrained:
                history.pass_common(service, passed.until(service, row))
            pair = history.pair(int(pairs[row]), self._template(units, row).id)
            values[row] = self._score_rare(units, row, service, pair)
            pair.seen_ns = max(pair.seen_ns, latest_ns)
            if history.is_common(pair):
                common[row + 1 :] |= pairs[row + 1 :] == pairs[row]
        for service in sorted(untrained):
            history.pass_common(service, passed.until(service, len(units)))

    def explain(self, units: Units, row: int) -> Explanation:
        """Name the nearest known template and the tokens that differ."""
        if not isinstance(units, Events):
            raise TypeError(f"new_template explains events, not {type(units).__name__}")
        service = self.service_label(int(units.services[row]))
        note = self._notes.get(row)
        if note is None:
            text = units.catalogue[int(units.templates[row])].text
            return Explanation("rare_template", f"{service} writes this as usual: {text!r}")
        return explanation(note, service, units.catalogue)

    def state(self) -> Any:
        """Return what was learnt, as msgpack-able values."""
        return self._history.state()

    def restore(self, state: Any) -> None:
        """Continue from `state`; `bind` comes before."""
        self._history.restore(state)

    def _use(self, trained: dict[str, dict[str, int]]) -> None:
        self._trained = trained
        self._trained_ids = frozenset(template for counts in trained.values() for template in counts)

    def _trained_counts(self, service: int) -> Counts | None:
        return self._trained.get(self.service_key(service))

    def _rare_runs(
        self, units: Events, pairs: Ints, seen_ns: Ints, untrained: set[int]
    ) -> Iterator[tuple[int, int, int]]:
        """Return (first row, service, latest time) of each run of rare events that may be odd.

        Only the first event of a run can be odd or change what is known; while a service is learning, each of
        its events is a run. What merely goes on is noted here.
        """
        history, rare = self._history, np.flatnonzero(seen_ns != COMMON)
        if not len(rare):
            return iter(())
        services = units.services[rare]
        learning = {service for service in untrained if history.is_learning(service)}
        alone = np.array([service in learning for service in services.tolist()], dtype=np.bool_)
        found = runs(pairs[rare], units.times_ns[rare], seen_ns[rare], self._realert_ns, alone)
        usual, other = found.firsts[found.usual], found.firsts[~found.usual]
        known = pairs[rare[usual]].tolist(), found.latest_ns[found.usual].tolist()
        for pair, latest_ns in zip(*known, strict=True):
            history.see(pair, latest_ns)
        latest = found.latest_ns[~found.usual].tolist()
        return zip(rare[other].tolist(), services[other].tolist(), latest, strict=True)

    def _score_rare(self, units: Events, row: int, service: int, pair: Pair) -> float:
        history = self._history
        if history.is_common(pair):  # by what training knew
            return 0.0
        is_absent = not pair.seen_ns or int(units.times_ns[row]) - pair.seen_ns >= self._realert_ns
        value = self._value(units, row, service, pair) if is_absent else 0.0
        if is_absent or history.is_learning(service):
            history.count(service, pair)
        return value

    def _value(self, units: Events, row: int, service: int, pair: Pair) -> float:
        """Return the score of the event and keep what its explanation needs; 0 where it is no surprise."""
        entry, template = self._history.service(service), self._template(units, row)
        surprise = entry.surprise(pair.count)
        if surprise < self.config.min_surprise:
            return 0.0
        index = int(units.templates[row])
        elsewhere = not pair.count and (template.id in self._trained_ids or self._history.elsewhere(index))
        nearest, similarity = (-1, 1.0) if elsewhere else self._nearest.find(index, units.catalogue)
        self._notes[row] = Note(index, pair.count, entry.records, surprise, elsewhere, nearest)
        alarmed = 1 + alarm(template.text, int(units.severities[row]))
        return surprise * (2 - similarity) / 2 * alarmed

    @staticmethod
    def _template(units: Events, row: int) -> Template:
        return units.catalogue[int(units.templates[row])]
