"""Where words that may be ids occur in training data: the table that discovery works on."""

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from burl.parse import CONTINUATION, Catalogue
from burl.receive.batch import Batch, Ints
from burl.window.portion import Parameters
from burl.window.watermark import SECOND_NS
from burl.window.words import anchors_of, word_after, words_of

Place = tuple[int, int, int]
"""(template, parameter, word of the parameter)."""

_DATE = re.compile(r"\d{2,4}-\d{2}-\d{2}")
_DOTTED = re.compile(r"[\d.]+\.[\d.]*")
_MAX_WORDS = 4
"""Words of one parameter that are looked at: ids stand in front, lists of things behind."""
_MIN_CHARS, _MAX_WORD_CHARS = 3, 128
_MAX_CHARS = 4_096
_BEFORE_CHARS = 40


def may_be_id(word: str) -> bool:
    """Return False for what never names one thing: short numbers, decimals, versions, addresses, dates."""
    if not _MIN_CHARS <= len(word) <= _MAX_WORD_CHARS or not any(map(str.isdigit, word)):
        return False
    return not (_DOTTED.fullmatch(word) or _DATE.match(word))


class _Clock:
    """Tells numbers that are the time of the line: `204243`, `1117838753`, whatever the time zone's hours."""

    def __init__(self) -> None:
        self._second = -1
        self._marks: tuple[str, ...] = ()

    def says(self, word: str, time_ns: int) -> bool:
        if not word.isdigit():
            return False
        second = time_ns // SECOND_NS
        if second != self._second:
            self._second = second
            now = datetime.fromtimestamp(second, UTC)
            self._marks = (now.strftime("%M%S"), now.strftime("%y%m%d"), str(second)[:8])
        minutes, day, epoch = self._marks
        return word == day or word.startswith(epoch) or word[2:6] == minutes


@dataclass(slots=True)
class Occurrences:
    """A row for each word that may be an id, in order of the lines.

    Attributes:
        places: every place that was seen; `words`: every word.
        place, word, line: the rows, as indexes.
        before: the text before the word, in the first line of each place.
        anchors: what every word of the place followed, "" where not all did (`words.anchors_of`).
        seen: how many lines had any word at each place.
        times_ns: event time of each line; lines are numbered in order of arrival.
    """

    places: list[Place]
    words: list[str]
    place: Ints
    word: Ints
    line: Ints
    before: list[str]
    anchors: list[str]
    seen: Ints
    times_ns: Ints

    @property
    def span_ns(self) -> int:
        """Return the length of the data in event time."""
        return int(np.ptp(self.times_ns)) if len(self.times_ns) else 0


class _Collector:
    """Fills the table line by line."""

    def __init__(self, catalogue: Catalogue, parameters: Parameters) -> None:
        self._catalogue = catalogue
        self._parameters = parameters
        self._clock = _Clock()
        self._places: dict[Place, int] = {}
        self._words: dict[str, int] = {}
        self._before: list[str] = []
        self._anchors: list[str] = []
        self._seen: list[int] = []
        self._rows = array("q")
        self._times_ns = array("q")

    def __len__(self) -> int:
        return len(self._times_ns)

    def add(self, body: str, time_ns: int, template: int) -> None:
        for parameter, words in enumerate(words_of(body, self._parameters(body, template))):
            for at, word in enumerate(words[:_MAX_WORDS]):
                place = self._place((template, parameter, at), body, word)
                self._seen[place] += 1
                if may_be_id(word) and not self._clock.says(word, time_ns):
                    number = self._words.setdefault(word, len(self._words))
                    self._rows.extend((place, number, len(self._times_ns)))
        self._times_ns.append(time_ns)

    def _place(self, key: Place, body: str, word: str) -> int:
        """Return the number of a place; its anchor is dropped when this word does not follow it."""
        place = self._places.setdefault(key, len(self._places))
        if place == len(self._seen):
            self._seen.append(0)
            self._before.append(body[: body.find(word)][-_BEFORE_CHARS:])
            self._anchors.append(self._anchor(*key))
        anchor = self._anchors[place]
        if anchor and word_after(body, anchor) != word:
            self._anchors[place] = ""
        return place

    def _anchor(self, template: int, parameter: int, word: int) -> str:
        anchors = anchors_of(self._catalogue[template].text)
        return anchors[parameter] if word == 0 and parameter < len(anchors) else ""

    def table(self) -> Occurrences:
        rows = np.asarray(self._rows, dtype=np.int64).reshape(-1, 3)
        return Occurrences(
            places=list(self._places),
            words=list(self._words),
            place=rows[:, 0],
            word=rows[:, 1],
            line=rows[:, 2],
            before=self._before,
            anchors=self._anchors,
            seen=np.asarray(self._seen, dtype=np.int64),
            times_ns=np.asarray(self._times_ns, dtype=np.int64),
        )


def collect(
    batches: Iterable[tuple[Batch, Ints]], catalogue: Catalogue, parameters: Parameters, max_lines: int
) -> Occurrences:
    """Read at most `max_lines` records of (batch, template of each record)."""
    collector = _Collector(catalogue, parameters)
    for batch, templates in batches:
        columns = zip(batch.bodies, batch.times_ns.tolist(), templates.tolist(), strict=True)
        for body, time_ns, template in columns:
            if template != CONTINUATION and len(collector) < max_lines:
                collector.add(body[:_MAX_CHARS], time_ns, template)
    return collector.table()
