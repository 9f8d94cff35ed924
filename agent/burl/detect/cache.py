"""Remembers what was found of windows and sequences; most of a service's have been seen before."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import pairwise
from typing import Generic, TypeVar, cast

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints
from burl.window import Sequences

Windows = npt.NDArray[np.int32]
Score = Callable[[Windows], npt.NDArray[np.float64]]
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
SequenceKey = tuple[str, int, bool, bytes]
"""Kind, lead, whether it is complete, and events of a sequence."""
_USUAL_BYTES = 256
"""What 64 events take: less than all else that is remembered of a sequence."""


class Memory(Generic[Key, Value]):
    """A bounded memory from key to value; what was not asked for lately is forgotten.

    Two generations stand for a queue of the least recently used: when the young one is full it becomes the
    old one, whose entries come back when asked for. A hit costs one look into a dict.
    """

    def __init__(self, max_kept: int) -> None:
        """Args: `max_kept` bounds the weights of both generations together."""
        self._half = max_kept // 2
        self._weight = 0
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def __len__(self) -> int:
        """Return how many values are remembered."""
        return len(self._young) + len(self._old)

    def values(self, keys: Sequence[Key], find: Callable[[list[int]], Iterable[Value]]) -> list[Value]:
        """Return the value of each key; `find` is asked for a row of each distinct unknown one."""
        found = list(map(self._young.get, keys))
        missing = [row for row, value in enumerate(found) if value is None]
        if missing:
            fresh = self._resolve({keys[row]: row for row in missing}, find)
            for row in missing:
                found[row] = fresh[keys[row]]
            self._remember(fresh)
        return cast("list[Value]", found)

    def value(self, key: Key, find: Callable[[], Value]) -> Value:
        """Return the value of one key; `find` is asked where it is unknown."""
        return self.values([key], lambda _: [find()])[0]

    def _resolve(
        self, wanted: dict[Key, int], find: Callable[[list[int]], Iterable[Value]]
    ) -> dict[Key, Value]:
        known = {key: self._old[key] for key in wanted if key in self._old}
        unknown = {key: row for key, row in wanted.items() if key not in known}
        if unknown:
            known.update(zip(unknown, find(list(unknown.values())), strict=True))
        return known

    def _remember(self, fresh: dict[Key, Value]) -> None:
        for key, value in fresh.items():
            weight = self.weight(key)
            if weight > self._half:
                continue
            if self._weight + weight > self._half:
                self._old, self._young, self._weight = self._young, {}, 0
            self._young[key] = value
            self._weight += weight

    def weight(self, _key: Key) -> int:
        """Return how many usual ones a key stands for."""
        return 1


class SequenceMemory(Memory[SequenceKey, Value]):
    """A memory from sequence to value; a long one counts as several: what all take is bounded."""

    def weight(self, key: SequenceKey) -> int:
        """Return how often the usual number of events is in a sequence."""
        return 1 + len(key[3]) // _USUAL_BYTES


class ScoreCache(Memory[bytes, float]):
    """A memory from window to score."""

    def scores(self, windows: Windows, score: Score) -> npt.NDArray[np.float64]:
        """Return the score of each window; `score` is asked once for each distinct unknown one."""
        found = self.values(_keys(windows), lambda rows: score(windows[rows]).tolist())
        return np.array(found, dtype=np.float64)


def sequence_key(sequences: Sequences, row: int, dense: Ints) -> SequenceKey:
    """Return the key of one sequence, whose events are `dense`; see `sequence_keys`."""
    events = dense.astype(np.int32).tobytes()
    return sequences.kinds[row], int(sequences.leads[row]), bool(sequences.complete[row]), events


def sequence_keys(sequences: Sequences, dense: Ints) -> list[SequenceKey]:
    """Return for each sequence, whose events are `dense`, all that detectors of events tell it by."""
    events = dense.astype(np.int32)
    bounds = pairwise((sequences.offsets * events.itemsize).tolist())
    columns = (sequences.kinds, sequences.leads.tolist(), sequences.complete.tolist(), bounds)
    content = events.tobytes()
    return [
        (kind, lead, complete, content[start:stop])
        for kind, lead, complete, (start, stop) in zip(*columns, strict=True)
    ]


def _keys(windows: Windows) -> list[bytes]:
    """Return the bytes of each row; exact, so two windows never share a score."""
    contiguous = np.ascontiguousarray(windows)
    keys: list[bytes] = contiguous.view(f"V{contiguous.itemsize * windows.shape[1]}").ravel().tolist()
    return keys
