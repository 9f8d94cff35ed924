"""Trains the encoder of `logsy`; needs the extra `train`."""

from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from burl.detect.base import Progress
from burl.detect.lines import Rows
from burl.detect.lines.encoder import EncoderNetwork
from burl.detect.lines.lexicon import PAD
from burl.detect.lines.phrases import Floats, weighted
from burl.detect.lines.training import Encoder, encoded_rows, served
from burl.detect.logsy.config import LogsyConfig
from burl.detect.logsy.training_negatives import Negatives
from burl.detect.training import Data, Loop, repeatable

_LEAST_NORM = 1e-6
"""Keeps the logarithm finite at the centre."""
_NEGATIVES_EACH = 2
"""Lines that are not normal beside each normal one of a batch."""
_HELD = 1_000
"""Lines that are not normal by which the training is ended: no batch holds them but by chance."""
_PARTS = 4
"""Of a batch, by length: padding costs as much as words."""


class Lines(NamedTuple):
    """Normal lines with how often they came, lines of other systems, the start of the word vectors."""

    normal: Rows
    weights: Floats
    other: Rows
    start: Floats
    frozen: bool


def train(lines: Lines, config: LogsyConfig, seed: int, progress: Progress) -> EncoderNetwork:
    """Return a network: words (rows, time) -> CLS vector (rows, outputs)."""
    weights = weighted([lines.weights])[:, 0]
    normal, other = encoded_rows(np.concatenate([lines.normal, lines.other])).tensor_split([len(weights)])
    columns = normal, torch.zeros(len(normal), dtype=torch.bool), torch.from_numpy(weights / weights.mean())
    with repeatable(seed):
        max_words = lines.normal.shape[1]
        network = Encoder(lines.start, max_words, config.outputs, config.network, frozen=lines.frozen)
        negatives = Negatives(normal, other)
        held = _joined(columns, negatives.draw(_HELD))  # a normal line left out would be found odd
        Loop("logsy", config.network, progress).run(network, columns, held, partial(_loss, negatives))
    return served(network)


def _joined(normal: Data, others: Tensor) -> Data:
    """Return lines, True for those that are not normal, and weights: both kinds weigh the same."""
    words, is_other, weights = normal
    shares = torch.full((len(others),), len(words) / len(others))
    is_other = torch.cat([is_other, torch.ones(len(others), dtype=torch.bool)])
    return torch.cat([words, others]), is_other, torch.cat([weights, shares])


def _loss(negatives: Negatives, network: Encoder, data: Data) -> Tensor:
    """Return the hyperspherical loss: |z|^2 of normal lines, -log(1 - exp(-|z|^2)) of others.

    While training, others are drawn beside the normal lines of a batch.
    """
    if network.training:
        data = _joined(data, negatives.draw(_NEGATIVES_EACH * len(data[0])))
    words, is_other, weights = data
    squares = _squares(network, words).clamp(min=_LEAST_NORM)
    losses = torch.where(is_other, -torch.log(-torch.expm1(-squares)), squares)
    return (weights * losses).mean()


def _squares(network: Encoder, words: Tensor) -> Tensor:
    """Return the squared norm of each line's vector."""
    lengths = (words != PAD).sum(dim=1)
    order = lengths.argsort(stable=True)
    parts = [(network(words[rows, : int(lengths[rows[-1]])]) ** 2).sum(dim=1) for rows in order.chunk(_PARTS)]
    return torch.cat(parts)[order.argsort()]
