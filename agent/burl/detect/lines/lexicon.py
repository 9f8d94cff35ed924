"""The words that a model of lines knows, and lines as rows of their numbers."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from burl.errors import BundleError

Rows = npt.NDArray[np.int32]
"""Lines (n, max_words) as numbers of words, padded."""

PAD, UNKNOWN = 0, 1
FIRST = 2
"""The number of the first word."""


class Lexicon:
    """Numbers of words; 0 pads, 1 is any unknown word."""

    def __init__(self, words: Sequence[str], max_words: int) -> None:
        """Args: `words` are distinct; `max_words` is the width of a row."""
        self.words = list(words)
        self._max_words = max_words
        self._numbers = {word: number for number, word in enumerate(self.words, FIRST)}

    @classmethod
    def of(cls, phrases: Iterable[Sequence[str]], most: int, max_words: int) -> "Lexicon":
        """Return the words that stand in most phrases, in order of the alphabet."""
        counts = Counter(word for phrase in phrases for word in set(phrase))
        frequent = sorted(counts, key=lambda word: (-counts[word], word))[:most]
        return cls(sorted(frequent), max_words)

    def __contains__(self, word: str) -> bool:
        """Return whether the word is known."""
        return word in self._numbers

    def extended(self, words: Iterable[str]) -> "Lexicon":
        """Return a lexicon with more words, behind those that it has."""
        return Lexicon([*self.words, *(word for word in words if word not in self)], self._max_words)

    def encode(self, phrase: Sequence[str]) -> Rows:
        """Return one line (max_words,)."""
        row = np.zeros(self._max_words, dtype=np.int32)
        numbers = [self._numbers.get(word, UNKNOWN) for word in phrase[: self._max_words]]
        row[: len(numbers)] = numbers
        return row

    def rows(self, phrases: Sequence[Sequence[str]]) -> Rows:
        """Return lines (n, max_words)."""
        if not phrases:
            return np.zeros((0, self._max_words), dtype=np.int32)
        return np.stack([self.encode(phrase) for phrase in phrases])

    def save(self, path: Path) -> None:
        """Write the words as JSON."""
        path.write_text(json.dumps({"words": self.words}, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path, max_words: int) -> "Lexicon":
        """Read what `save` wrote. Raises BundleError when it is missing or damaged."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls([str(word) for word in content["words"]], max_words)
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise BundleError(f"words {path} cannot be read: {error!r}; train the bundle again") from error
