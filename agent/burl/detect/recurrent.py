"""Networks by numpy: what all have in common, how they are loaded, and recurrent ones (ADR 0012)."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt

from burl.detect.arrays import read_arrays
from burl.detect.cells import Dense, Embedding, Floats, Weights, layers
from burl.detect.onnx import OnnxModel
from burl.errors import BundleError

_UNFIT = (OSError, LookupError, ValueError, TypeError, ArithmeticError)
"""What networks raise of arrays that do not fit them."""


class Network(Protocol):
    """What a detector asks."""

    shape: tuple[int, ...]
    """Of its output after the rows."""

    def run(self, *inputs: npt.NDArray[Any]) -> Floats:
        """Return the output for at least one row. Raises BundleError where `inputs` do not fit."""
        ...

    def save(self, directory: Path, name: str) -> None:
        """Write it as `name` with the ending of its format."""
        ...


class ArrayNetwork(ABC):
    """A network that is computed from arrays.

    Args:
        weights: the arrays, by torch's names; float32.
    """

    max_rows: ClassVar[int] = 256
    """Rows of a batch: what is computed in between stays in a core's cache."""
    shape: tuple[int, ...]

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def run(self, *inputs: npt.NDArray[Any]) -> Floats:
        """As `Network`."""
        try:
            parts = [
                self._outputs(*(column[start : start + self.max_rows] for column in inputs))
                for start in range(0, len(inputs[0]), self.max_rows)
            ]
        except (IndexError, ValueError) as error:
            raise BundleError(f"a network does not fit its use: {error}") from error
        return np.concatenate(parts)

    def save(self, directory: Path, name: str) -> None:
        """As `Network`."""
        arrays: dict[str, Any] = dict(self._weights)
        np.savez_compressed(directory / f"{name}.npz", **arrays)

    @abstractmethod
    def _outputs(self, *inputs: npt.NDArray[Any]) -> Floats: ...


class RecurrentNetwork(ArrayNetwork):
    """Embedded symbols, and values where there are any, through LSTM or GRU layers to a dense one.

    `run` takes symbols (rows, time) and, where the network has them, values (rows, time, width); it returns
    (rows, outputs).
    """

    def __init__(self, weights: Weights) -> None:
        """Raises KeyError, ValueError or IndexError where `weights` are not those of such a network."""
        super().__init__(weights)
        self._embedding = Embedding(weights)
        self._layers = layers(weights, "recurrent")
        self._output = Dense(weights, "output")
        self.shape = weights["output.bias"].shape
        values = weights["recurrent.weight_ih_l0"].shape[1] - self._embedding.width
        output = self._outputs(np.zeros((1, 1), np.int64), np.zeros((1, 1, values), np.float32))
        if output.shape != (1, *self.shape):
            raise ValueError(f"its arrays do not fit each other: the output is {output.shape}")

    def _outputs(self, *inputs: npt.NDArray[Any]) -> Floats:
        symbols, *more = inputs
        x = self._embedding(symbols)
        for values in more:
            x = [np.concatenate([each, values[:, time].T]) for time, each in enumerate(x)]
        for layer in self._layers:
            x = layer.states(x)
        return self._output(x[-1]).T


def load_network(
    directory: Path, name: str, network: Callable[[Weights], Network] = RecurrentNetwork
) -> Network:
    """Return the `network` that was saved as `name`; an ONNX file, as bundles once had, does as well.

    Raises:
        BundleError: it is missing or damaged.
    """
    path = directory / f"{name}.npz"
    try:
        if not path.exists():
            return OnnxModel((directory / f"{name}.onnx").read_bytes())
        return network({name: _finite(array) for name, array in read_arrays(path).items()})
    except _UNFIT as error:
        raise BundleError(f"{path} cannot be read: {error!r}; train the bundle again") from error


def _finite(array: npt.NDArray[Any]) -> Floats:
    """Return weights as they are computed with. Raises ValueError or TypeError where they are no numbers."""
    weights: Floats = array.astype(np.float32, casting="same_kind")
    if not np.isfinite(weights).all():
        raise ValueError("a weight is not finite: every score would be NaN, and nothing ever found")
    return weights
