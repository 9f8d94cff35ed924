"""One dense sigmoid unit over the mean of word vectors; the loss is convex, so numpy finds its minimum."""

from pathlib import Path
from typing import Self

import numpy as np

from burl.detect.arrays import read_arrays
from burl.detect.base import Progress
from burl.detect.lines import Floats, Rows
from burl.detect.lines.lexicon import FIRST

_FILE = "dense.npz"
_STILL = 1e-6
"""A step that moves no weight further ends the descent."""
_TOLD_EVERY = 100


class MeanDense:
    """Scores a line by log10(1 + odds) that it is abnormal: 0.3 where both are as likely."""

    def __init__(self, vectors: Floats, weights: Floats, bias: float) -> None:
        """Args: `vectors` (2 + words, width) by number of the word; zeros for padding and unknown words."""
        self._vectors, self._weights, self._bias = vectors, weights, bias

    def __call__(self, rows: Rows) -> Floats:
        """Return the score of each row."""
        logits = means(rows, self._vectors) @ self._weights + self._bias
        return np.asarray(np.logaddexp(0.0, logits) / np.log(10.0), dtype=np.float64)

    def save(self, directory: Path) -> None:
        """Write vectors, weights and bias."""
        np.savez(
            directory / _FILE,
            vectors=self._vectors.astype(np.float32),
            weights=self._weights,
            bias=self._bias,
        )

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote. Raises BundleError."""
        arrays = read_arrays(directory / _FILE, "vectors", "weights", "bias")
        vectors, weights = (arrays[name].astype(np.float64) for name in ("vectors", "weights"))
        return cls(vectors, weights, float(arrays["bias"].astype(np.float64)))


def means(rows: Rows, vectors: Floats) -> Floats:
    """Return the mean vector of each line's known words; zeros where none is known."""
    known = (rows >= FIRST)[:, :, None]
    sums = (vectors[rows] * known).sum(axis=1)
    return np.asarray(sums / np.maximum(known.sum(axis=1), 1), dtype=np.float64)


def descend(
    x: Floats, y: Floats, shares: Floats, *, l1: float, max_steps: int, progress: Progress
) -> tuple[Floats, float]:
    """Return weights (width,) and bias of the least mean cross entropy plus `l1` times the absolute weights.

    FISTA (Beck, Teboulle, SIAM J. Imaging Sciences 2009); the bias is not penalised.

    Args:
        x: examples (n, width).
        y: 1 for abnormal ones, else 0 (n,).
        shares: weights of the examples; they sum to 1.
        l1: of the loss.
        max_steps: bound of the time.
        progress: told how far it is.
    """
    inputs = np.column_stack([x, np.ones(len(x))])
    step = 4.0 / max(float(np.linalg.norm(inputs * np.sqrt(shares)[:, None], 2)) ** 2, 1e-12)
    penalty = np.append(np.full(x.shape[1], l1 * step), 0.0)
    now = ahead = np.zeros(inputs.shape[1])
    pace = 1.0
    for number in range(max_steps):
        if number % _TOLD_EVERY == 0:
            progress("glove_mean", number / max_steps)
        errors = 1 / (1 + np.exp(-np.clip(inputs @ ahead, -500, 500))) - y
        moved = ahead - step * (inputs.T @ (shares * errors))
        after = np.sign(moved) * np.maximum(np.abs(moved) - penalty, 0.0)
        following = (1 + np.sqrt(1 + 4 * pace**2)) / 2
        ahead = after + (pace - 1) / following * (after - now)
        is_still = float(np.abs(after - now).max()) < _STILL
        now, pace = after, following
        if is_still:
            break
    return now[:-1], float(now[-1])
