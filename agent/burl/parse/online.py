"""Templates mined while serving: id and text fixed at birth, births limited."""

from collections.abc import Callable
from typing import Any

from burl.fairness import has_fair_claim
from burl.parse.catalogue import Catalogue, Template, template_id
from burl.parse.lines import Line
from burl.parse.masks import WILDCARD
from burl.parse.miner import Miner
from burl.parse.settings import ParseSettings
from burl.parse.standing import Place


class Churn:
    """How many templates may be born: a bucket that lines fill, not time, so that a replay decides alike."""

    def __init__(self, burst: int, lines_per_template: int, at_line: int = 0) -> None:
        """Start with a full bucket of `burst` births; every `lines_per_template` lines allow one more."""
        self._burst, self._lines_per_template = burst, lines_per_template
        self._allowance = float(burst)
        self._at_line = at_line
        self.born = 0
        """How many were."""

    def take(self, line_number: int) -> bool:
        """Return whether a template may be born at the line with this running number."""
        passed = (line_number - self._at_line) / self._lines_per_template
        self._allowance = min(self._burst, self._allowance + passed)
        self._at_line = line_number
        if self._allowance < 1:
            return False
        self._allowance -= 1
        self.born += 1
        return True

    def state(self) -> list[Any]:
        """Return what `restore` needs."""
        return [self._allowance, self._at_line, self.born]

    def restore(self, state: list[Any]) -> None:
        """Continue from `state`; those saved before births were counted tell of none."""
        self._allowance, self._at_line, *born = state
        self.born = born[0] if born else 0


class OnlineTemplates:
    """Mines lines that no frozen template matches.

    `remembered` keeps which template each masked line got: drain may later judge the same line otherwise, but
    a line seen again must not change its template, whether a cache still holds it or not.
    """

    def __init__(self, settings: ParseSettings, catalogue: Catalogue, masking_version: str) -> None:
        """Mine into `catalogue`; ids belong to `masking_version`."""
        self._settings, self._catalogue, self._version = settings, catalogue, masking_version
        self._miner = Miner(settings)
        self._indexes: list[int] = []
        self._churn = Churn(settings.churn_burst, settings.churn_lines)
        self._own: dict[int, Churn] = {}
        """Of each writer that is no newcomer: it has births of its own, which nobody else can use up."""
        self.remembered: dict[str, int] = {}
        self.refused = 0
        """Lines that went to the overflow template because no further template might be born."""

    def assign(self, line: Line, place: Place) -> int:
        """Return the template of `line`, which stands at `place`; -1 when a birth is refused."""
        newcomer = place.is_newcomers()
        number = self._miner.assign(
            line,
            lambda: self._may_grow(place, newcomer=newcomer),
            guest=newcomer,
        )
        if number < 0:
            self.refused += 1
            return -1
        if number == len(self._indexes):
            self._indexes.append(self._add(line.text))
        index = self.remembered[line.text] = self._indexes[number]
        return index

    def overflow(self) -> int:
        """Return the index of the template of lines that were refused one of their own."""
        return self._add(WILDCARD)

    @property
    def full(self) -> bool:
        """True when no more lines fit: all caches must be emptied together with `remembered`."""
        return len(self.remembered) >= self._settings.max_remembered_lines

    def _may_grow(self, place: Place, *, newcomer: bool) -> bool:
        """Newcomers share one bucket; neither they nor any other holds more templates than are free."""
        churn = self._churn if newcomer else self._churn_of(place)
        if not has_fair_claim(churn.born, len(self._miner), self._settings.max_templates):
            return False
        return churn.take(place.line_number if newcomer else place.own_lines())

    def _churn_of(self, place: Place) -> Churn:
        churn = self._own.get(place.writer)
        if churn is None:
            churn = self._own[place.writer] = self._own_churn(place.own_lines())
            if len(self._own) > self._settings.max_open_streams:
                del self._own[next(iter(self._own))]
        return churn

    def _own_churn(self, own_lines: int) -> Churn:
        return Churn(max(1, self._settings.churn_burst // 4), self._settings.churn_lines, own_lines)

    def _add(self, text: str) -> int:
        return self._catalogue.add(Template(template_id(text, self._version), text))

    def state(self) -> dict[str, Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return {
            "miner": self._miner.state(),
            "indexes": list(self._indexes),
            "churn": self._churn.state(),
            "by_writer": [[writer, churn.state()] for writer, churn in self._own.items()],
            "remembered": list(self.remembered.items()),
            "refused": self.refused,
        }

    def restore(self, state: dict[str, Any], read: Callable[[str], Line]) -> None:
        """Continue from `state`; `read` makes a line of a masked text."""
        self._miner.restore(state["miner"], read)
        self._indexes = list(state["indexes"])
        self._churn.restore(state["churn"])
        for writer, churn in state.get("by_writer", []):
            self._own[writer] = self._own_churn(0)
            self._own[writer].restore(churn)
        self.remembered = dict(state["remembered"])
        self.refused = state["refused"]
