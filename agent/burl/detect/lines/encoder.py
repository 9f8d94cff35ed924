"""A transformer encoder over the words of a line, in numpy: at 64 lines half of what onnxruntime took.

`burl.detect.lines.training` has the same in torch. Here the last block asks for nothing but CLS, and the
vectors of words are projected once, not with each line.
"""

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from burl.detect.cells import Floats, Weights
from burl.detect.lines.lexicon import PAD
from burl.detect.recurrent import ArrayNetwork

_NEVER = np.float32(-1e9)
"""Added to the attention to padding."""
NORM_EPSILON = 1e-5


class EncoderNetwork(ArrayNetwork):
    """`run` takes words (rows, time) and returns what comes out of CLS (rows, outputs).

    Among the weights `embedding.weight` is projected already (words, width), and `heads` is their number.
    """

    max_rows: ClassVar[int] = 64

    def __init__(self, weights: Weights) -> None:
        """Raises KeyError, ValueError or IndexError where `weights` are not those of such a network."""
        super().__init__(weights)
        self._vectors, self._positions = weights["embedding.weight"], weights["positions"]
        self._cls = weights["cls"][0, 0]
        heads = int(weights["heads"][0])
        blocks = {name.split(".")[1] for name in weights if name.startswith("blocks.")}
        self._blocks = [_Block(weights, f"blocks.{number}", heads) for number in range(len(blocks))]
        self._norm, self._output = _Norm(weights, "norm"), _Linear(weights, "output")
        self.shape = self._outputs(np.full((1, 1), PAD)).shape[1:]  # do shapes fit each other?

    def _outputs(self, *inputs: npt.NDArray[Any]) -> Floats:
        (words,) = inputs
        rows, time = words.shape
        x = np.empty((rows, time + 1, len(self._cls)), np.float32)
        x[:, 0], x[:, 1:] = self._cls, self._vectors[words]
        x += self._positions[: time + 1]
        mask = np.zeros((rows, 1, 1, time + 1), np.float32)
        mask[:, 0, 0, 1:][words == PAD] = _NEVER
        for block in self._blocks[:-1]:
            x = block(x, mask, time + 1)
        x = self._blocks[-1](x, mask, 1)
        return self._output(self._norm(x[:, 0]))


class _Linear:
    """A dense layer over the last axis."""

    def __init__(self, weights: Weights, name: str) -> None:
        self._weight = np.ascontiguousarray(weights[f"{name}.weight"].T)
        self._bias = weights[f"{name}.bias"]

    def __call__(self, x: Floats) -> Floats:
        flat = x.reshape(-1, x.shape[-1]) @ self._weight  # one product, not one a row
        flat += self._bias
        return flat.reshape(*x.shape[:-1], -1)


class _Norm:
    """Layer normalisation over the last axis."""

    def __init__(self, weights: Weights, name: str) -> None:
        self._weight, self._bias = weights[f"{name}.weight"], weights[f"{name}.bias"]

    def __call__(self, x: Floats) -> Floats:
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = np.square(centred).mean(axis=-1, keepdims=True)
        result: Floats = centred / np.sqrt(variance + np.float32(NORM_EPSILON)) * self._weight + self._bias
        return result


class _Block:
    """Attention and two dense layers, each normalised before and added to what went in."""

    def __init__(self, weights: Weights, name: str, heads: int) -> None:
        self._heads = heads
        self._before_attention = _Norm(weights, f"{name}.before_attention")
        self._before_dense = _Norm(weights, f"{name}.before_dense")
        self._qkv, self._joined, self._wide, self._narrow = (
            _Linear(weights, f"{name}.{part}") for part in ("qkv", "joined", "wide", "narrow")
        )

    def __call__(self, x: Floats, mask: Floats, wanted: int) -> Floats:
        """Return (rows, wanted, width), the first of the time of `x` (rows, time, width)."""
        attended = self._attend(self._before_attention(x), mask, wanted)
        x = x[:, :wanted] + attended
        return x + self._narrow(np.maximum(self._wide(self._before_dense(x)), 0))

    def _attend(self, x: Floats, mask: Floats, wanted: int) -> Floats:
        rows, time, width = x.shape
        size = width // self._heads
        split = self._qkv(x).reshape(rows, time, 3, self._heads, size).transpose(2, 0, 3, 1, 4)
        query, key, value = (np.ascontiguousarray(each) for each in split)
        fits = query[:, :, :wanted] @ key.swapaxes(2, 3) / np.float32(size**0.5) + mask
        looks = np.exp(fits - fits.max(axis=-1, keepdims=True))
        looks /= looks.sum(axis=-1, keepdims=True)
        return self._joined((looks @ value).swapaxes(1, 2).reshape(rows, wanted, width))
