"""Steps: an event after another one in a session, and how long the one took after the other."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from burl.detect.arrays import read_arrays
from burl.detect.step_time.config import StepTimeConfig
from burl.errors import BundleError
from burl.receive.batch import Ints
from burl.window import Sequences

Floats = npt.NDArray[np.float64]

_COLUMNS = ("medians", "longest", "indexes")


class Taken(NamedTuple):
    """Steps that were taken, columns: the sequence, where its second event stands, which step, how long."""

    rows: Ints
    positions: Ints
    keys: Ints
    seconds: Floats


def taken(sequences: Sequences, dense: Ints, services: Ints, known: int) -> Taken:
    """Return the steps of `sequences`: of two known events of one service that stand side by side.

    Args:
        sequences: sessions, whose events stand by service and within it in order of time.
        dense: the dense id of each event; those from `known` on are none that training has seen.
        services: the service of each event.
        known: how many events are known.
    """
    rows = np.repeat(np.arange(len(sequences)), np.diff(sequences.offsets))
    judged = np.arange(len(dense)) > (sequences.offsets[:-1] + sequences.leads)[rows]
    judged[1:] &= (services[1:] == services[:-1]) & (dense[1:] < known) & (dense[:-1] < known)
    positions = np.flatnonzero(judged)
    elapsed_ns = sequences.times_ns[positions] - sequences.times_ns[positions - 1]
    keys = dense[positions - 1] * known + dense[positions]
    return Taken(rows[positions], positions, keys, np.maximum(elapsed_ns, 0) / 1e9)


_TAIL = 0.9
"""The longer times of a step, from this quantile on, tell how fast its tail falls."""
_LEAST_INDEX, _MOST_INDEX = 0.5, 4.0
"""Steeper tails are not believed: a machine that pauses for once knows no Gaussian."""
_LEAST_SECONDS = 1e-3


@dataclass(frozen=True, slots=True)
class Steps:
    """What training knows of each step, by ascending key; equal-length columns.

    Attributes:
        medians: its median time in seconds.
        longest: the longest that is usual, in seconds.
        indexes: by how many decades a time that is ten times as long is rarer: the index of a Pareto tail.
    """

    keys: Ints
    medians: Floats
    longest: Floats
    indexes: Floats

    @classmethod
    def learn(cls, found: Taken, config: StepTimeConfig) -> Self:
        """Return the steps that came often enough."""
        order = np.lexsort((found.seconds, found.keys))
        keys, seconds = found.keys[order], found.seconds[order]
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        counts = np.diff(np.append(starts, len(keys)))
        common = np.argsort(-counts, kind="stable")[: config.max_steps]
        kept = np.sort(common[counts[common] >= config.min_steps])
        starts, last = starts[kept], counts[kept] - 1
        usual = np.ceil(last * config.quantile).astype(np.int64)
        indexes = [_index(seconds[start : start + end + 1]) for start, end in zip(starts, last, strict=True)]
        return cls(keys[starts], seconds[starts + last // 2], seconds[starts + usual], np.array(indexes))

    @classmethod
    def none(cls) -> Self:
        """Return what is known before training."""
        return cls(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0), np.empty(0))

    def rows(self, keys: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Return where each key stands, and whether it is known."""
        if not len(self.keys):
            return np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=np.bool_)
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return at, self.keys[at] == keys

    def save(self, path: Path) -> None:
        """Write as npz."""
        np.savez_compressed(path, keys=self.keys, **{name: getattr(self, name) for name in _COLUMNS})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises BundleError when it is missing or damaged."""
        content = read_arrays(path, "keys", *_COLUMNS)
        try:
            keys = content["keys"].astype(np.int64)
            columns = [content[name].astype(np.float64) for name in _COLUMNS]
        except (ValueError, TypeError) as error:
            raise BundleError(f"{path} cannot be read: {error!r}; train the bundle again") from error
        if any(len(column) != len(keys) for column in columns):
            raise BundleError(f"{path}: its columns differ in length; train the bundle again")
        return cls(keys, *columns)


def _index(seconds: Floats) -> float:
    """Return the index of the tail of ascending times (Hill, Annals of Statistics 3, 1975)."""
    upper = np.maximum(seconds[int(len(seconds) * _TAIL) :], _LEAST_SECONDS)
    return float(np.clip(1 / max(float(np.log(upper / upper[0]).mean()), 1e-9), _LEAST_INDEX, _MOST_INDEX))
