"""Trains the encoder of `transformer`; needs the extra `train`."""

from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from burl.detect.base import Progress
from burl.detect.lines import Floats, Rows
from burl.detect.lines import phrases as lines
from burl.detect.lines.encoder import EncoderNetwork
from burl.detect.lines.network import EncoderConfig
from burl.detect.lines.training import Encoder, encoded_rows, served
from burl.detect.training import Data, Loop, hold_out, repeatable
from burl.detect.transformer.config import TransformerConfig

_LEAST_TO_HOLD_OUT = 200


class Labelled(NamedTuple):
    """Lines (n, max_words), their weights as normal and abnormal (n, 2), the start of the word vectors."""

    rows: Rows
    weights: Floats
    start: lines.Floats
    frozen: bool


def train(
    examples: Labelled, config: TransformerConfig, seed: int, progress: Progress
) -> list[EncoderNetwork]:
    """Return networks: words (rows, time) -> log odds that the line is abnormal (rows, 1)."""
    seeds = range(seed * config.networks, (seed + 1) * config.networks)
    return [
        served(_trained(examples, config.network, each, partial(_told, progress, number, config.networks)))
        for number, each in enumerate(seeds)
    ]


def _trained(examples: Labelled, config: EncoderConfig, seed: int, progress: Progress) -> Encoder:
    columns = encoded_rows(examples.rows), torch.from_numpy(examples.weights * len(examples.rows)).float()
    with repeatable(seed):
        train_rows, held_rows = map(torch.from_numpy, _held_out(examples.weights, seed))
        network = Encoder(examples.start, examples.rows.shape[1], 1, config, frozen=examples.frozen)
        parts = [tuple(column[rows] for column in columns) for rows in (train_rows, held_rows)]
        return Loop("transformer", config, progress).run(network, parts[0], parts[1], _loss)


def _told(progress: Progress, number: int, count: int, stage: str, fraction: float) -> None:
    """Tell the progress of one network as that of all."""
    progress(stage, (number + fraction) / count)


def _held_out(weights: Floats, seed: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rows to train on and those that end the training: none where the rarer class has few.

    A kind of abnormal line that is held out is one that is not learnt.
    """
    rows = np.arange(len(weights))
    is_rare = int((weights > 0).sum(axis=0).min()) < _LEAST_TO_HOLD_OUT
    return (rows, rows[:0]) if is_rare else hold_out(rows, seed)


def _loss(network: Encoder, data: Data) -> Tensor:
    """Return the weighted cross entropy of both classes."""
    words, weights = data
    logits = network(words)[:, 0]
    losses = torch.stack([nn.functional.softplus(logits), nn.functional.softplus(-logits)], dim=1)
    return (weights * losses).sum(dim=1).mean()
