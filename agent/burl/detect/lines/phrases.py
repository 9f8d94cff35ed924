"""What is learnt from: distinct lines, as their words, with how often they were normal and abnormal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from burl.detect.base import Corpus
from burl.detect.lines.places import Places, filled
from burl.detect.tokens import words
from burl.window import Events

Phrase = tuple[str, ...]
Floats = npt.NDArray[np.float32]


def phrase_of(text: str) -> Phrase:
    """Return the words of a masked line."""
    return tuple(words(text))


def text_of(events: Events, row: int, places: Places) -> str:
    """Return what is read of an event: its template, with the words of its open places."""
    template = events.catalogue[int(events.templates[row])]
    opened = places.get(template.id)
    return filled(template.text, opened, events.parameters(row)) if opened else template.text


@dataclass(frozen=True, slots=True)
class Examples:
    """Distinct phrases; `normal[i]` and `abnormal[i]` say how often phrase `i` was which (n,)."""

    phrases: list[Phrase]
    normal: Floats
    abnormal: Floats

    @classmethod
    def of(cls, corpus: Corpus, places: Places) -> "Examples":
        """Return the lines of `corpus`; without labels all are normal."""
        labels = corpus.labels("event")
        counts: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        start = 0
        for events in corpus.events():
            odd = np.zeros(len(events), dtype=np.bool_) if labels is None else labels[start:][: len(events)]
            start += len(events)
            for text, is_odd in zip(_texts(events, places), odd.tolist(), strict=True):
                counts[is_odd][text] += 1
        return cls._of_counts(*map(_by_phrase, counts))

    @classmethod
    def _of_counts(cls, normal: Counter[Phrase], abnormal: Counter[Phrase]) -> "Examples":
        phrases = sorted(normal.keys() | abnormal.keys())
        columns = [np.array([c[p] for p in phrases], dtype=np.float32) for c in (normal, abnormal)]
        return cls(phrases, *columns)

    @classmethod
    def of_texts(cls, texts: Iterable[str]) -> "Examples":
        """Return masked lines, all of them abnormal."""
        return cls._of_counts(Counter(), _by_phrase(Counter(texts)))

    def without(self, phrases: Iterable[Phrase]) -> "Examples":
        """Return the examples that are not among `phrases`."""
        left_out = set(phrases)
        kept = [row for row, phrase in enumerate(self.phrases) if phrase not in left_out]
        return Examples([self.phrases[row] for row in kept], self.normal[kept], self.abnormal[kept])

    def first(self, most: int) -> "Examples":
        """Return at most so many examples, spread over all."""
        rows = np.unique(np.linspace(0, len(self.phrases) - 1, min(most, len(self.phrases)), dtype=np.int64))
        return Examples([self.phrases[row] for row in rows], self.normal[rows], self.abnormal[rows])

    def shared_words(self) -> list[str]:
        """Return the words of at least two phrases, sorted."""
        counts = Counter(word for phrase in self.phrases for word in set(phrase))
        return sorted(word for word, count in counts.items() if count > 1)


def _texts(events: Events, places: Places) -> Iterator[str]:
    closed: dict[int, str] = {}
    for row, template in enumerate(events.templates.tolist()):
        if events.catalogue[template].id in places:
            yield text_of(events, row, places)
        else:
            yield closed.setdefault(template, events.catalogue[template].text)


def _by_phrase(texts: Counter[str]) -> Counter[Phrase]:
    found: Counter[Phrase] = Counter()
    for text, count in texts.items():
        found[phrase_of(text)] += count
    found.pop((), None)
    return found


def weighted(counts: Sequence[Floats]) -> Floats:
    """Return weights of examples (n, classes): equal ones count by the logarithm of their number."""
    weights: Floats = np.log1p(np.stack(counts, axis=1))
    return weights
