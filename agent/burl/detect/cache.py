"""Remembers the scores of windows; most windows of a service have been seen before."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Windows = npt.NDArray[np.int32]
Score = Callable[[Windows], npt.NDArray[np.float64]]


class ScoreCache:
    """A bounded memory from window to score; what was not asked for lately is forgotten.

    Two generations stand for a queue of the least recently used: when the young one is full it becomes the
    old one, whose entries come back when asked for. A hit costs one look into a dict.
    """

    def __init__(self, max_cached: int) -> None:
        """Args: `max_cached` bounds both generations together."""
        self._half = max_cached // 2
        self._young: dict[bytes, float] = {}
        self._old: dict[bytes, float] = {}

    def __len__(self) -> int:
        """Return how many scores are remembered."""
        return len(self._young) + len(self._old)

    def scores(self, windows: Windows, score: Score) -> npt.NDArray[np.float64]:
        """Return the score of each window; `score` is asked once for each distinct unknown one."""
        keys = _keys(windows)
        found = list(map(self._young.get, keys))
        missing = [row for row, value in enumerate(found) if value is None]
        if missing:
            fresh = self._resolve({keys[row]: row for row in missing}, windows, score)
            for row in missing:
                found[row] = fresh[keys[row]]
            self._remember(fresh)
        return np.array(found, dtype=np.float64)

    def _resolve(self, wanted: dict[bytes, int], windows: Windows, score: Score) -> dict[bytes, float]:
        known = {key: self._old[key] for key in wanted if key in self._old}
        unknown = {key: row for key, row in wanted.items() if key not in known}
        if unknown:
            values = score(windows[list(unknown.values())])
            known.update(zip(unknown, values.tolist(), strict=True))
        return known

    def _remember(self, fresh: dict[bytes, float]) -> None:
        for key, value in fresh.items():
            if len(self._young) >= self._half:
                self._old, self._young = self._young, {}
            self._young[key] = value


def _keys(windows: Windows) -> list[bytes]:
    """Return the bytes of each row; exact, so two windows never share a score."""
    contiguous = np.ascontiguousarray(windows)
    keys: list[bytes] = contiguous.view(f"V{contiguous.itemsize * windows.shape[1]}").ravel().tolist()
    return keys
