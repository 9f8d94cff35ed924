"""What a trained model of lines does while serving."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from burl.detect.lines.lexicon import Rows
from burl.detect.onnx import OnnxModel
from burl.errors import BundleError

Floats = npt.NDArray[np.float64]

_MAX_ROWS = 64
"""Lines read at once: attention over more of them takes memory in their proportion, and is no faster."""


class Scorer(Protocol):
    """Scores lines."""

    def __call__(self, rows: Rows) -> Floats:
        """Return a score for each of `rows` (n, max_words), n >= 1."""
        ...

    def save(self, directory: Path) -> None:
        """Write the model."""
        ...


class OnnxScorer:
    """A network `words` (rows, time) -> (rows, 1)."""

    def __init__(self, content: bytes) -> None:
        """Raises BundleError when `content` is no ONNX model."""
        self._model = OnnxModel(content)

    def __call__(self, rows: Rows) -> Floats:
        """Return the output of the network for each row; padding common to all is cut off."""
        width = max(int((rows != 0).any(axis=0).sum()), 1)
        parts = [
            self._model.run(rows[start : start + _MAX_ROWS, :width].astype(np.int64))[:, 0]
            for start in range(0, len(rows), _MAX_ROWS)
        ]
        return np.concatenate(parts).astype(np.float64)

    def save(self, directory: Path) -> None:
        """Write the network."""
        self._model.save(directory, "network")

    @classmethod
    def load(cls, directory: Path) -> "OnnxScorer":
        """Read what `save` wrote. Raises BundleError."""
        try:
            return cls((directory / "network.onnx").read_bytes())
        except OSError as error:
            raise BundleError(f"{directory} holds no network: {error}; train the bundle again") from error


def read_arrays(path: Path, names: tuple[str, ...]) -> Mapping[str, npt.NDArray[np.generic]]:
    """Return arrays of an npz. Raises BundleError when it is damaged, or lacks one."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in names}
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise BundleError(f"{path} cannot be read: {error!r}; train the bundle again") from error
