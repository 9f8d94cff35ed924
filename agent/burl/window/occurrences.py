"""Where words that may be ids occur in training data: the table that discovery works on."""

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from burl.parse import CONTINUATION
from burl.receive.batch import Batch, Ints
from burl.window.portion import Parameters
from burl.window.watermark import SECOND_NS
from burl.window.words import words_of

Place = tuple[int, int, int]
"""(template, parameter, word of the parameter)."""

_DATE = re.compile(r"\d{2,4}-\d{2}-\d{2}")
_DOTTED = re.compile(r"[\d.]+\.[\d.]*")
_MAX_WORDS = 4
"""Words of one parameter that are looked at: ids stand in front, lists of things behind."""
_MAX_CHARS = 4_096
_BEFORE_CHARS = 40


def may_be_id(word: str) -> bool:
    """Return False for what never names one thing: short numbers, decimals, versions, addresses, dates."""
    if len(word) < 3 or len(word) > 128 or not any(map(str.isdigit, word)):  # noqa: PLR2004 - said above
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
        return word == day or word.startswith(epoch) or (len(word) >= 6 and word[2:6] == minutes)  # noqa: PLR2004 - HHMMSS


@dataclass(slots=True)
class Occurrences:
    """A row for each word that may be an id, in order of the lines.

    Attributes:
        places: every place that was seen; `words`: every word.
        place, word, line: the rows, as indexes.
        before: the text before the word, in the first line of each place.
        seen: how many lines had any word at each place.
        times_ns: event time of each line; lines are numbered in order of arrival.
        templates: template of each line.
    """

    places: list[Place]
    words: list[str]
    place: Ints
    word: Ints
    line: Ints
    before: list[str]
    seen: Ints
    times_ns: Ints
    templates: Ints

    @property
    def span_ns(self) -> int:
        """Return the length of the data in event time."""
        return int(np.ptp(self.times_ns)) if len(self.times_ns) else 0


def collect(batches: Iterable[tuple[Batch, Ints]], parameters: Parameters, max_lines: int) -> Occurrences:
    """Read at most `max_lines` lines of (batch, template of each record)."""
    places: dict[Place, int] = {}
    words: dict[str, int] = {}
    before: list[str] = []
    seen: list[int] = []
    clock = _Clock()
    rows, times_ns, templates = array("q"), array("q"), array("q")
    for batch, of_batch in batches:
        for body, time_ns, template in zip(batch.bodies, batch.times_ns.tolist(), of_batch.tolist(), strict=True):
            if template == CONTINUATION or len(times_ns) >= max_lines:
                continue
            for place, word in _words_at(body[:_MAX_CHARS], template, parameters):
                at = places.setdefault(place, len(places))
                if at == len(seen):
                    seen.append(0)
                    before.append(body[: body.find(word)][-_BEFORE_CHARS:])
                seen[at] += 1
                if may_be_id(word) and not clock.says(word, time_ns):
                    rows.extend((at, words.setdefault(word, len(words)), len(times_ns)))
            times_ns.append(time_ns)
            templates.append(template)
    table = np.asarray(rows, dtype=np.int64).reshape(-1, 3)
    return Occurrences(
        places=list(places),
        words=list(words),
        place=table[:, 0],
        word=table[:, 1],
        line=table[:, 2],
        before=before,
        seen=np.asarray(seen, dtype=np.int64),
        times_ns=np.asarray(times_ns, dtype=np.int64),
        templates=np.asarray(templates, dtype=np.int64),
    )


def _words_at(body: str, template: int, parameters: Parameters) -> Iterable[tuple[Place, str]]:
    for parameter, words in enumerate(words_of(body, parameters(body, template))):
        for at, word in enumerate(words[:_MAX_WORDS]):
            yield (template, parameter, at), word
