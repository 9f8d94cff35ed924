"""The ids of lines by small integers, which numpy can sort and count."""

from collections.abc import Callable, Iterable
from typing import TypeVar

Id = tuple[int, str]
"""Index of the kind in the spec, and the id's text."""

Ids = tuple[Id, ...]
"""The distinct ids of a line, in order of kind."""

Key = TypeVar("Key", str, Ids)


class _Numbers(dict[Key, int]):
    """Numbers keys as they come; looked up by `map`, so that a key met before costs no call."""

    def __init__(self, ids: list[Ids], ids_of: Callable[[Key], Ids]) -> None:
        super().__init__()
        self._ids = ids
        self._ids_of: Callable[[Key], Ids] = ids_of

    def __missing__(self, key: Key) -> int:
        number = self[key] = len(self._ids)
        self._ids.append(self._ids_of(key))
        return number


class Numbered:
    """The distinct ids of lines, by number; 0 stands for none."""

    def __init__(self) -> None:
        self.ids: list[Ids] = [()]
        self._any = _Numbers[Ids](self.ids, lambda ids: ids)
        self._any[()] = 0
        self._of_kind: dict[int, _Numbers[str]] = {}

    def of_ids(self, ids: Iterable[Ids]) -> Iterable[int]:
        """Return the number of each line's ids."""
        return map(self._any.__getitem__, ids)

    def of_words(self, kind: int, words: Iterable[str]) -> Iterable[int]:
        """Return the number of each line's ids, which are one word of a kind."""
        numbers = self._of_kind.get(kind)
        if numbers is None:
            numbers = self._of_kind[kind] = _Numbers[str](self.ids, lambda word: ((kind, word),))
        return map(numbers.__getitem__, words)
