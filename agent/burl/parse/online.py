"""Templates mined while serving: id and text fixed at birth, births limited."""

from collections.abc import Callable
from typing import Any

from burl.parse.catalogue import Catalogue, Template, template_id
from burl.parse.lines import Line
from burl.parse.masks import WILDCARD
from burl.parse.miner import Miner
from burl.parse.settings import ParseSettings
from burl.parse.standing import ESTABLISHED_LINES, Place


class Churn:
    """How many templates may be born: a bucket that lines fill, not time, so that a replay decides alike."""

    def __init__(self, burst: int, lines_per_template: int, at_line: int = 0) -> None:
        """Start with a full bucket of `burst` births; every `lines_per_template` lines allow one more."""
        self._burst, self._lines_per_template = burst, lines_per_template
        self._allowance = float(burst)
        self._at_line = at_line

    def take(self, line_number: int) -> bool:
        """Return whether a template may be born at the line with this running number."""
        passed = (line_number - self._at_line) / self._lines_per_template
        self._allowance = min(self._burst, self._allowance + passed)
        self._at_line = line_number
        if self._allowance < 1:
            return False
        self._allowance -= 1
        return True

    def state(self) -> list[Any]:
        """Return what `restore` needs."""
        return [self._allowance, self._at_line]

    def restore(self, state: list[Any]) -> None:
        """Continue from `state`."""
        self._allowance, self._at_line = state


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
        """Of each stream that is no newcomer: it has births of its own, which nobody else can use up."""
        self._newcomers_born = 0
        self.remembered: dict[str, int] = {}
        self.refused = 0
        """Lines that went to the overflow template because no further template might be born."""

    def assign(self, line: Line, place: Place) -> int:
        """Return the template of `line`, which stands at `place`; -1 when a birth is refused."""
        own_lines = place.own_lines()
        newcomer = own_lines < ESTABLISHED_LINES
        number = self._miner.assign(
            line,
            lambda: self._may_grow_new(place) if newcomer else self._may_grow(place.stream, own_lines),
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

    def _may_grow_new(self, place: Place) -> bool:
        """Newcomers share one bucket, and leave a quarter of all templates to the others."""
        most = self._settings.max_templates - self._settings.max_templates // 4
        if self._newcomers_born >= most or self._is_full() or not self._churn.take(place.line_number):
            return False
        self._newcomers_born += 1
        return True

    def _may_grow(self, stream: int, own_lines: int) -> bool:
        churn = self._own.get(stream)
        if churn is None:
            churn = self._own[stream] = self._own_churn(own_lines)
            if len(self._own) > self._settings.max_open_streams:
                del self._own[next(iter(self._own))]
        return not self._is_full() and churn.take(own_lines)

    def _own_churn(self, own_lines: int) -> Churn:
        return Churn(max(1, self._settings.churn_burst // 4), self._settings.churn_lines, own_lines)

    def _is_full(self) -> bool:
        return len(self._miner) >= self._settings.max_templates

    def _add(self, text: str) -> int:
        return self._catalogue.add(Template(template_id(text, self._version), text))

    def state(self) -> dict[str, Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return {
            "miner": self._miner.state(),
            "indexes": list(self._indexes),
            "churn": self._churn.state(),
            "own": [[stream, churn.state()] for stream, churn in self._own.items()],
            "newcomers_born": self._newcomers_born,
            "remembered": list(self.remembered.items()),
            "refused": self.refused,
        }

    def restore(self, state: dict[str, Any], read: Callable[[str], Line]) -> None:
        """Continue from `state`; `read` makes a line of a masked text."""
        self._miner.restore(state["miner"], read)
        self._indexes = list(state["indexes"])
        self._churn.restore(state["churn"])
        for stream, churn in state.get("own", []):
            self._own[stream] = self._own_churn(0)
            self._own[stream].restore(churn)
        self._newcomers_born = state.get("newcomers_born", 0)
        self.remembered = dict(state["remembered"])
        self.refused = state["refused"]
