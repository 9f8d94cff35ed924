"""The `value` detector."""

import json
import math
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.value.config import ValueConfig
from burl.detect.value.places import Place, from_json, shortened, to_json
from burl.errors import BundleError
from burl.window.units import Events, Unit

_FILE = "places.json"
_SHOWN = 5
_SKIPPED = "the synthetic corpus has no new values; tests/unit/detect/value has"


class _New(NamedTuple):
    """A new value in an event."""

    place: Place
    value: str


class Value(Detector):
    """A parameter that has few values takes one that it never had: a status, an exit code, a mode, a peer.

    Watched is what has at most `max_values` values in training and had all of them in the first half of it.
    The score is the surprise at any new value, by the share of values met once (Good 1953). A new value is
    told once, and known from then on.

    Good at: configuration drift, new error codes inside of known lines. Bad at: parameters of many values
    (`deeplog:event` has those that are numbers). Cost: the parameters of the lines of watched templates are
    taken out again; memory: the values.
    """

    name: ClassVar[str] = "value"
    config_type: ClassVar[type[DetectorConfig]] = ValueConfig
    units: ClassVar[tuple[Unit, ...]] = ("event",)
    kinds: ClassVar[tuple[str, ...]] = ("parameter",)
    absorbs: ClassVar[bool] = True
    skipped_checks: ClassVar[Mapping[str, str]] = {
        "check_explanations": _SKIPPED,
        "check_better_than_chance": _SKIPPED,
    }
    config: ValueConfig

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        """Args: as `Detector`; nothing here is random, so `seed` changes nothing."""
        super().__init__(unit, config, seed)
        self._places: dict[str, list[Place]] = {}
        self._met: OrderedDict[tuple[str, int, str], None] = OrderedDict()
        self._found: dict[int, _New] = {}

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Look at the parameters of each template."""
        rows: dict[int, deque[tuple[Events, int]]] = defaultdict(
            lambda: deque(maxlen=self.config.max_records)
        )
        for events in corpus.events():
            for row, template in enumerate(events.templates.tolist()):
                rows[template].append((events, row))
        for done, template in enumerate(sorted(rows)):
            progress(self.name, done / len(rows))
            taken = rows[template]
            if len(taken) >= self.config.min_records and "<*>" in corpus.catalogue[template].text:
                places = self._of_template(
                    [shortened(e.parameters(r), self.config.max_places) for e, r in taken]
                )
                if places:
                    self._places[corpus.catalogue[template].id] = places
        progress(self.name, 1.0)

    def _of_template(self, records: list[list[str]]) -> list[Place]:
        """Return the parameters worth watching; records of a template have equally many."""
        found = []
        for number in range(min(map(len, records))):
            values = [record[number] for record in records]
            once = sum(count == 1 for count in Counter(values).values())
            surprise = math.log10((len(values) + 1) / (once + 1))
            place = Place.of(number, values, self.config, surprise)
            if place is not None:
                found.append(place)
        return found

    def export(self, directory: Path) -> None:
        """Write the places and their values as JSON."""
        (directory / _FILE).write_text(json.dumps(to_json(self._places), sort_keys=True), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        detector = cls(unit, config)
        try:
            detector._places = from_json(json.loads((directory / _FILE).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise BundleError(f"value in {directory} cannot be read: {error!r}; retrain") from error
        return detector

    def score(self, units: Units) -> Scores:
        """Score each event by its most surprising new value, and learn it."""
        events = self._events(units)
        values, rows = np.zeros(len(events)), np.arange(len(events))
        self._found = {}
        for template in np.unique(events.templates).tolist():
            identifier = events.catalogue[template].id
            for row in (
                np.flatnonzero(events.templates == template).tolist() if identifier in self._places else ()
            ):
                new = self._new(identifier, events, row)
                if new is not None:
                    self._found[row] = new
                    values[row] = new.place.surprise
        decisive = np.zeros(len(events), dtype=np.bool_)
        decisive[list(self._found)] = True
        return Scores(values, rows, rows, decisive)

    def _new(self, identifier: str, events: Events, row: int) -> _New | None:
        came = shortened(events.parameters(row), self.config.max_places)
        found = [
            _New(place, came[place.number])
            for place in self._places[identifier]
            if place.number < len(came)
            and came[place.number] not in place.values
            and (identifier, place.number, came[place.number]) not in self._met
        ]
        for new in found:
            self._met[identifier, new.place.number, new.value] = None
            if len(self._met) > self.config.max_met:
                self._met.popitem(last=False)
        return max(found, key=lambda new: new.place.surprise, default=None)

    def explain(self, units: Units, row: int) -> Explanation:
        """Say which parameter has a new value, and which it had."""
        events = self._events(units)
        text = events.catalogue[int(events.templates[row])].text
        new = self._found.get(row)
        if new is None:
            return Explanation("parameter", f"{text!r}: its parameters have known values")
        known = ", ".join(map(repr, new.place.values[:_SHOWN]))
        more = len(new.place.values) - _SHOWN
        return Explanation(
            "parameter",
            f"parameter {new.place.number + 1} of {text!r} is {new.value!r}; it always was one of {known}"
            + (f" and {more} more" if more > 0 else ""),
            template=int(events.templates[row]),
            changed_tokens=[new.value],
            probability=10**-new.place.surprise,
            decisive=True,
            detail={"parameter": new.place.number, "known_values": list(new.place.values[:_SHOWN])},
        )

    def state(self) -> Any:
        """Return the new values met while serving."""
        return [list(key) for key in self._met]

    def restore(self, state: Any) -> None:
        """Continue from `state`."""
        self._met = OrderedDict(((str(template), int(number), str(v)), None) for template, number, v in state)

    def _events(self, units: Units) -> Events:
        if not isinstance(units, Events):
            raise TypeError(f"value judges events, not {type(units).__name__}")
        return units
