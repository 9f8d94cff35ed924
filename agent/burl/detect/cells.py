"""The layers of recurrent networks in numpy; columns are rows of a batch: `x` is (width, rows), float32.

So laid out a gate is one contiguous block: half of the time that (rows, width) takes.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from burl.receive.batch import Ints

Floats = npt.NDArray[np.float32]
Weights = Mapping[str, Floats]
"""By torch's names: `recurrent.weight_ih_l0`, `output.bias`, ..."""

_PARTS = 4
"""Arrays of a layer."""
_HALF, _ONE = np.float32(0.5), np.float32(1)


class Embedding:
    """The vector of each symbol."""

    def __init__(self, weights: Weights) -> None:
        self._vectors = np.ascontiguousarray(weights["embedding.weight"].T)
        self.width = len(self._vectors)

    def __call__(self, symbols: Ints) -> list[Floats]:
        """Return the vectors (width, rows) of each column of `symbols` (rows, time)."""
        return [self._vectors[:, column] for column in symbols.T]


class Dense:
    """A dense layer."""

    def __init__(self, weights: Weights, name: str) -> None:
        self._weight, self._bias = weights[f"{name}.weight"], weights[f"{name}.bias"][:, None]

    def __call__(self, x: Floats) -> Floats:
        """Return (outputs, rows); axes before the last two stay."""
        result: Floats = self._weight @ x + self._bias
        return result


class Lstm:
    """An LSTM layer (Hochreiter, Schmidhuber 1997).

    A sigmoid is a tanh of half of its argument: all four gates are one matrix product and one tanh.
    """

    def __init__(self, weights: Weights, name: str, layer: int) -> None:
        parts = _parts(weights, name, layer)
        self._size = parts[1].shape[1]
        halves = np.repeat(np.array([0.5, 0.5, 1, 0.5], np.float32), self._size)[:, None]
        self._given, self._kept = parts[0] * halves, parts[1] * halves
        self._bias = (parts[2] + parts[3]) * halves

    def states(self, x: Sequence[Floats]) -> list[Floats]:
        """Return the hidden states (hidden, rows) after each `x`, from zeros."""
        hidden = cell = np.zeros((self._size, x[0].shape[1]), np.float32)
        states = []
        for given in x:
            hidden, cell = self._step(given, hidden, cell)
            states.append(hidden)
        return states

    def _step(self, x: Floats, hidden: Floats, cell: Floats) -> tuple[Floats, Floats]:
        gates = self._given @ x
        gates += self._kept @ hidden
        gates += self._bias
        np.tanh(gates, out=gates)
        blocks: list[Floats] = list(gates.reshape(4, self._size, -1))
        enter, forget, new, leave = blocks
        cell = ((forget + _ONE) * cell + (enter + _ONE) * new) * _HALF
        return (leave + _ONE) * np.tanh(cell) * _HALF, cell


class Gru:
    """A GRU layer (Cho et al. 2014), the reset behind the product as torch has it."""

    def __init__(self, weights: Weights, name: str, layer: int) -> None:
        self._given, self._kept, self._bias, self._kept_bias = _parts(weights, name, layer)
        self._size = self._kept.shape[1]

    def states(self, x: Sequence[Floats]) -> list[Floats]:
        """Return the hidden states (hidden, rows) after each `x`, from zeros."""
        state = np.zeros((self._size, x[0].shape[1]), np.float32)
        return [state := self.step(given, state) for given in x]

    def step(self, x: Floats, state: Floats) -> Floats:
        """Return the hidden state after `state` and `x`."""
        given, kept = self._given @ x + self._bias, self._kept @ state + self._kept_bias
        both = 2 * self._size
        reset, update = (np.tanh((given + kept)[:both] * _HALF) * _HALF + _HALF).reshape(2, self._size, -1)
        new = np.tanh(given[both:] + reset * kept[both:])
        result: Floats = new + update * (state - new)
        return result


def layers(weights: Weights, name: str) -> list[Lstm | Gru]:
    """Return the stacked layers called `name`: an LSTM's weights have four gates, a GRU's three."""
    count = -(-sum(key.startswith(f"{name}.") for key in weights) // _PARTS)
    gates, hidden = weights[f"{name}.weight_hh_l0"].shape
    kind = Lstm if gates == 4 * hidden else Gru
    return [kind(weights, name, layer) for layer in range(count)]


def log_softmax(x: Floats) -> Floats:
    """Return log probabilities over the last axis; log probabilities stay what they are."""
    shifted = x - x.max(axis=-1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def _parts(weights: Weights, name: str, layer: int) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what is multiplied with the input and with the state, and the biases of both as columns."""
    given, kept, bias, kept_bias = (
        weights[f"{name}.{part}_l{layer}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    return given, kept, bias[:, None], kept_bias[:, None]
