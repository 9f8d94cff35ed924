"""An isolation forest (Liu, Ting, Zhou, ICDM 2008), evaluated by numpy; knows nothing of training."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from burl.detect.arrays import read_arrays
from burl.errors import BundleError
from burl.receive.batch import Ints

Floats = npt.NDArray[np.float64]
Array = npt.NDArray[Any]

_MAX_ROWS = 4_096
"""Samples judged at once: bounds the memory of the paths."""
_ARRAYS = ("roots", "features", "thresholds", "lefts", "rights", "lengths")


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees as columns: nodes of all trees one after the other, children by their index there.

    Attributes:
        width: features of a sample.
        depth: steps after which every sample has reached a leaf.
        normal_length: c(psi) of the paper: what path lengths are measured by.
        roots: node of each tree that its samples start at.
        features: the feature that a node asks for; 0 for a leaf.
        thresholds: a sample whose feature is at most this goes left; +inf for a leaf.
        lefts, rights: the children; of a leaf, itself.
        lengths: of a leaf, its depth + c(training samples in it); 0 elsewhere.
    """

    width: int
    depth: int
    normal_length: float
    roots: Ints
    features: Ints
    thresholds: Floats
    lefts: Ints
    rights: Ints
    lengths: Floats

    def scores(self, samples: npt.NDArray[np.floating]) -> Floats:
        """Return the paper's anomaly score in (0, 1) of each sample (n, width); about 0.5 is average.

        Raises:
            BundleError: the samples are not as wide as those of the training.
        """
        if samples.ndim != 2 or samples.shape[1] != self.width:  # rows and columns
            raise BundleError(f"the forest judges {self.width} features, not {samples.shape[1:]}")
        single = samples.astype(np.float32)  # as it was when the trees were grown
        parts = [self._lengths(single[i : i + _MAX_ROWS]) for i in range(0, len(single), _MAX_ROWS)]
        lengths = np.concatenate(parts) if parts else np.empty(0)
        return np.exp2(-lengths / self.normal_length)

    def save(self, path: Path) -> None:
        """Write the forest as npz."""
        columns: dict[str, Any] = self.arrays()
        np.savez_compressed(path, **columns)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises BundleError when it is missing or damaged."""
        try:
            return cls.from_arrays(read_arrays(path))
        except (ValueError, KeyError, TypeError) as error:
            raise BundleError(f"forest {path} cannot be read: {error!r}; train the bundle again") from error

    def arrays(self) -> dict[str, Array]:
        """Return the forest as plain arrays: what `from_arrays` reads."""
        arrays: dict[str, Array] = {name: getattr(self, name) for name in _ARRAYS}
        shape = np.array([self.width, self.depth])
        return arrays | {"shape": shape, "normal_length": np.array(self.normal_length)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Self:
        """Return the forest of its arrays. Raises KeyError, TypeError or ValueError when they are damaged."""
        width, depth = map(int, arrays["shape"])
        columns: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
        forest = cls(width, depth, float(arrays["normal_length"].astype(np.float64)), **columns)
        if not forest._is_sound():
            raise ValueError("the forest is damaged")
        return forest

    def _lengths(self, samples: npt.NDArray[np.float32]) -> Floats:
        """Return the mean length of the paths of each sample."""
        nodes = np.broadcast_to(self.roots, (len(samples), len(self.roots)))
        rows = np.arange(len(samples))[:, None]
        for _ in range(self.depth):
            is_left = samples[rows, self.features[nodes]] <= self.thresholds[nodes]
            nodes = np.where(is_left, self.lefts[nodes], self.rights[nodes])
        mean: Floats = self.lengths[nodes].mean(axis=1)
        return mean

    def _is_sound(self) -> bool:
        """Return True when all columns fit each other."""
        count = len(self.features)
        columns = (self.thresholds, self.lefts, self.rights, self.lengths)
        nodes = (self.roots, self.lefts, self.rights)
        return (
            all(len(column) == count for column in columns)
            and all(np.all((column >= 0) & (column < count)) for column in nodes)
            and bool(np.all((self.features >= 0) & (self.features < self.width)))
            and len(self.roots) > 0
            and self.normal_length > 0
        )
