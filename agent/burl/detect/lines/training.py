"""A small transformer encoder over words (Vaswani et al., NeurIPS 2017), and its ONNX.

Needs the extra `train`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from onnx import TensorProto
from torch import Tensor, nn

from burl.detect.cells import Weights
from burl.detect.lines.lexicon import FIRST, PAD, UNKNOWN, Rows
from burl.detect.lines.network import EncoderConfig
from burl.detect.lines.phrases import Floats
from burl.detect.onnx_export import Graph
from burl.detect.training import weights_of

_NEVER = -1e9
"""Added to the attention to padding."""
_NORM_EPSILON = 1e-5


class Block(nn.Module):
    """Attention and two dense layers, each normalised before and added to what went in."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.before_attention = nn.LayerNorm(config.width, eps=_NORM_EPSILON)
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.joined = nn.Linear(config.width, config.width)
        self.before_dense = nn.LayerNorm(config.width, eps=_NORM_EPSILON)
        self.wide = nn.Linear(config.width, config.hidden)
        self.narrow = nn.Linear(config.hidden, config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return (rows, time, width) for such `x`; `mask` (rows, 1, 1, time) is added to attention."""
        x = x + self.dropout(self._attend(self.before_attention(x), mask))
        dense = self.narrow(nn.functional.relu(self.wide(self.before_dense(x))))
        result: Tensor = x + self.dropout(dense)
        return result

    def _attend(self, x: Tensor, mask: Tensor) -> Tensor:
        rows, time, width = x.shape
        split = self.qkv(x).reshape(rows, time, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = split[0], split[1], split[2]
        attention = (query @ key.transpose(2, 3) / (width // self.heads) ** 0.5 + mask).softmax(dim=-1)
        result: Tensor = self.joined((attention @ value).transpose(1, 2).reshape(rows, time, width))
        return result


class Encoder(nn.Module):
    """Words of a line, behind a learnt CLS vector, through encoder blocks; what comes out of CLS, projected.

    Vectors of known words that were imported stay as they are, so that words which training never met, but
    which are near to one that it met, are read alike; the projection behind them is learnt.
    """

    def __init__(
        self, start: Floats, max_words: int, outputs: int, config: EncoderConfig, *, frozen: bool
    ) -> None:
        """Args: `start` (words, width of the embedding) without padding and unknown; `frozen` keeps it."""
        super().__init__()
        self.hide, self.heads = config.hide, config.heads
        table = torch.from_numpy(np.concatenate([np.zeros((FIRST, start.shape[1]), dtype=np.float32), start]))
        self.embedding = nn.Embedding(len(table), table.shape[1], padding_idx=PAD, _weight=table)
        self.embedding.weight.requires_grad = not frozen
        self.project = nn.Linear(start.shape[1], config.width)
        self.positions = nn.Parameter(torch.randn(max_words + 1, config.width) * 0.02)
        self.cls = nn.Parameter(torch.randn(1, 1, config.width) * 0.02)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width, eps=_NORM_EPSILON)
        self.output = nn.Linear(config.width, outputs)

    def forward(self, words: Tensor) -> Tensor:
        """Return (rows, outputs) for `words` (rows, time), int64."""
        words = self._hidden(words) if self.training else words
        x = self.project(self.embedding(words))
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], dim=1) + self.positions[: x.shape[1] + 1]
        padded = nn.functional.pad(words == PAD, (1, 0))
        mask = torch.zeros(padded.shape).masked_fill(padded, _NEVER)[:, None, None, :]
        for block in self.blocks:
            x = block(x, mask)
        result: Tensor = self.output(self.norm(x[:, 0]))
        return result

    def _hidden(self, words: Tensor) -> Tensor:
        """Return `words` with some of them unknown."""
        chosen = (torch.rand(words.shape) < self.hide) & (words != PAD)
        return words.masked_fill(chosen, UNKNOWN)


def export_encoders(networks: Sequence[Encoder]) -> tuple[Graph, list[str]]:
    """Return a graph from `words` (rows, time), int64, and the name of each network's (rows, outputs)."""
    graph = Graph()
    words = graph.input("words", TensorProto.INT64, ["rows", "time"])
    return graph, [_add_encoder(graph, words, network) for network in networks]


def _add_encoder(graph: Graph, words: str, network: Encoder) -> str:
    weights = weights_of(network)
    x = graph.dense(
        graph.add("Gather", graph.constant(weights["embedding.weight"]), words), weights, "project"
    )
    x = _with_cls(graph, x, words, weights)
    mask = _mask(graph, words)
    for number in range(len(network.blocks)):
        x = _BlockGraph(graph, weights, f"blocks.{number}", network.heads).add(x, mask)
    first = _norm(graph, _part(graph, x, 0, axis=1), weights, "norm")
    return graph.dense(first, weights, "output")


def _with_cls(graph: Graph, x: str, words: str, weights: Weights) -> str:
    """Put the CLS vector before `x` (rows, time, width) and add the positions."""
    rows = graph.add("Slice", graph.add("Shape", words), *(graph.constant(np.array([i])) for i in (0, 1)))
    width = weights["cls"].shape[2]
    shape = graph.add("Concat", rows, graph.constant(np.array([1, width])), axis=0)
    joined = graph.add("Concat", graph.add("Expand", graph.constant(weights["cls"]), shape), x, axis=1)
    length = graph.add("Slice", graph.add("Shape", joined), *(graph.constant(np.array([i])) for i in (1, 2)))
    positions = graph.add(
        "Slice", graph.constant(weights["positions"]), graph.constant(np.array([0])), length
    )
    return graph.add("Add", joined, positions)


def _mask(graph: Graph, words: str) -> str:
    """Return what is added to attention (rows, 1, 1, time + 1)."""
    padded = graph.add("Cast", graph.add("Equal", words, graph.constant(np.array(PAD))), to=TensorProto.FLOAT)
    behind_cls = graph.add("Pad", padded, graph.constant(np.array([0, 1, 0, 0])))
    mask = graph.add("Mul", behind_cls, graph.constant(np.array(_NEVER, dtype=np.float32)))
    return graph.add("Unsqueeze", mask, graph.constant(np.array([1, 2])))


@dataclass(frozen=True, slots=True)
class _BlockGraph:
    """Adds the block called `name` to a graph."""

    graph: Graph
    weights: Weights
    name: str
    heads: int

    def add(self, x: str, mask: str) -> str:
        """Return the name of what `Block` gives for `x` and `mask`."""
        graph = self.graph
        x = graph.add("Add", x, self._attention(self._norm(x, "before_attention"), mask))
        wide = graph.add("Relu", self._dense(self._norm(x, "before_dense"), "wide"))
        return graph.add("Add", x, self._dense(wide, "narrow"))

    def _attention(self, x: str, mask: str) -> str:
        graph = self.graph
        size = self.weights[f"{self.name}.joined.bias"].shape[0] // self.heads
        shape = graph.constant(np.array([0, 0, 3, self.heads, size]))  # 0: as it is
        split = graph.add("Reshape", self._dense(x, "qkv"), shape)
        turned = graph.add("Transpose", split, perm=[2, 0, 3, 1, 4])
        query, key, value = (_part(graph, turned, index, axis=0) for index in range(3))
        likeness = graph.add("MatMul", query, graph.add("Transpose", key, perm=[0, 1, 3, 2]))
        scaled = graph.add("Div", likeness, graph.constant(np.array(size**0.5, dtype=np.float32)))
        attention = graph.add("Softmax", graph.add("Add", scaled, mask), axis=-1)
        together = graph.add("Transpose", graph.add("MatMul", attention, value), perm=[0, 2, 1, 3])
        joined = graph.add("Reshape", together, graph.constant(np.array([0, 0, self.heads * size])))
        return self._dense(joined, "joined")

    def _dense(self, x: str, part: str) -> str:
        return self.graph.dense(x, self.weights, f"{self.name}.{part}")

    def _norm(self, x: str, part: str) -> str:
        return _norm(self.graph, x, self.weights, f"{self.name}.{part}")


def _part(graph: Graph, x: str, index: int, axis: int) -> str:
    """Return what lies at `index` of an axis, without that axis."""
    taken = graph.add("Gather", x, graph.constant(np.array([index])), axis=axis)
    return graph.add("Squeeze", taken, graph.constant(np.array([axis])))


def _norm(graph: Graph, x: str, weights: Weights, name: str) -> str:
    scale, bias = (graph.constant(weights[f"{name}.{part}"]) for part in ("weight", "bias"))
    return graph.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=_NORM_EPSILON)


def encoded_rows(rows: Rows) -> Tensor:
    """Return lines as a tensor (n, time), padding common to all cut off."""
    width = max(int((rows != PAD).any(axis=0).sum()), 1)
    return torch.from_numpy(rows[:, :width].astype(np.int64))
