"""Trains the encoder of `logsy`; needs the extra `train`."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from burl.detect.base import Progress
from burl.detect.lines import Rows
from burl.detect.lines.phrases import Floats, weighted
from burl.detect.lines.training import Encoder, encoded_rows, export_encoder
from burl.detect.logsy.config import LogsyConfig
from burl.detect.logsy.grafts import Grafts
from burl.detect.training import Data, Loop, repeatable

_LEAST_NORM = 1e-6
"""Keeps the logarithm finite at the centre."""


class Lines(NamedTuple):
    """Normal lines with how often they came, lines of other systems, the start of the word vectors."""

    normal: Rows
    weights: Floats
    other: Rows
    start: Floats
    frozen: bool


def train(lines: Lines, config: LogsyConfig, seed: int, progress: Progress) -> bytes:
    """Return ONNX: `words` (rows, time), int64 -> squared norm of the CLS vector (rows, 1)."""
    columns = _columns(lines, seed)
    with repeatable(seed):
        max_words = lines.normal.shape[1]
        network = Encoder(lines.start, max_words, config.outputs, config.network, frozen=lines.frozen)
        nothing_held = tuple(column[:0] for column in columns)  # a normal line left out would be found odd
        Loop("logsy", config.network, progress).run(network, columns, nothing_held, _loss)
    graph, vector = export_encoder(network)
    squares = graph.add("Mul", vector, vector)
    return graph.model(graph.add("ReduceSum", squares, graph.constant(np.array([1])), keepdims=1), 1)


def _columns(lines: Lines, seed: int) -> Data:
    """Return lines, True for those that are not normal, and weights: both kinds weigh the same."""
    grafts = Grafts(lines.normal, lines.other).make(np.random.default_rng(seed))
    rows = np.concatenate([lines.normal, lines.other, grafts])
    is_other = np.arange(len(rows)) >= len(lines.normal)
    normal = weighted([lines.weights])[:, 0]
    others = len(rows) - len(normal)
    shares = np.concatenate([normal / normal.sum(), np.full(others, 1 / others)])
    weights = torch.from_numpy(shares * len(rows) / 2).float()
    return encoded_rows(rows), torch.from_numpy(is_other), weights


def _loss(network: Encoder, data: Data) -> Tensor:
    """Return the hyperspherical loss: |z|^2 of normal lines, -log(1 - exp(-|z|^2)) of others."""
    words, is_other, weights = data
    squares = (network(words) ** 2).sum(dim=1).clamp(min=_LEAST_NORM)
    losses = torch.where(is_other, -torch.log(-torch.expm1(-squares)), squares)
    return (weights * losses).mean()
