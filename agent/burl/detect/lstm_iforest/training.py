"""Trains the LSTM of `lstm_iforest` and grows its forest; needs the extra `train`."""

import numpy as np
from torch import Tensor, nn

from burl.detect.base import Progress
from burl.detect.forest import Forest
from burl.detect.forest.training import grow_forest
from burl.detect.lstm_iforest.errors import Floats
from burl.detect.network import SymbolNetworkConfig
from burl.detect.recurrent import RecurrentNetwork
from burl.detect.symbol_model import TrainingWindows
from burl.detect.training import SymbolTrainer

_LEAST_ROWS = 1_024
_NOISE = 0.05
"""In units of the largest error."""


def train(
    windows: TrainingWindows, config: SymbolNetworkConfig, seed: int, progress: Progress
) -> RecurrentNetwork:
    """Return an LSTM: symbols (rows, h) -> logits (rows, predicted)."""
    return SymbolTrainer("lstm_iforest", config, "lstm", _loss).train(windows, seed, progress)


def grow(features: Floats, estimators: int, seed: int) -> Forest:
    """Return a forest grown on the distinct rows of `features` (n, width), n >= 1, with a little noise.

    Normal sequences may be alike: without noise a feature that is constant is never asked for, and a forest
    grown on two rows tells nothing apart.
    """
    distinct = np.unique(features, axis=0)
    copies = np.tile(distinct, (-(-_LEAST_ROWS // len(distinct)), 1))
    noise = np.random.default_rng(seed).normal(0.0, _NOISE, copies.shape)
    return grow_forest(copies + noise, estimators=estimators, seed=seed)


def _loss(outputs: Tensor, came: Tensor) -> Tensor:
    """The squared distance of the predicted vector from that of the event that came."""
    vectors = nn.functional.one_hot(came, outputs.shape[1])
    return (outputs.softmax(dim=1) - vectors).square().sum(dim=1).mean()
