"""Trains the LSTMs of both models with torch; needs the extra `train`."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from burl.detect.base import Progress
from burl.detect.network import NetworkConfig
from burl.detect.recurrent import RecurrentNetwork
from burl.detect.training import Data, Loop, Recurrent, hold_out, repeatable, served, tensor

Windows = npt.NDArray[np.int32]
Examples = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Trainer:
    """Trains networks.

    Attributes:
        config: the network's shape and training.
        seed: equal seeds give equal networks.
        progress: called after each epoch; what it raises ends the training.
    """

    config: NetworkConfig
    seed: int
    progress: Progress

    def keys(self, windows: Windows, extra: Windows, symbols: int, predicted: int) -> RecurrentNetwork:
        """Return a network that predicts the last column of `windows` from the others.

        Every window counts once, however often it came: weighting them by frequency lets the rare but
        normal ones be forgotten, and F1 on HDFS then wanders with the seed.

        Args:
            windows: distinct windows (n, h + 1); of enough of them a tenth is held out to stop in time.
            extra: more windows to train on, none of them held out.
            symbols: how many symbols there are.
            predicted: how many of them, the first, can be predicted.
        """
        train, held = hold_out(windows, self.seed)
        data = (tensor(np.concatenate([train, extra])),)
        with repeatable(self.seed):
            network = Recurrent(symbols, 0, predicted, self.config)
            return served(self._loop().run(network, data, (tensor(held),), _key_loss))

    def values(self, train: Examples, held: Examples, keys: int) -> RecurrentNetwork:
        """Return a network that predicts the next values of a series from the h before.

        Args:
            train: key of each row (n), and values with the predicted ones last (n, h + 1, width).
            held: the same, of later time: what stops the training.
            keys: how many keys there are.
        """
        width = train[1].shape[2]
        with repeatable(self.seed):
            network = Recurrent(keys, width, width, self.config)
            parts = [(tensor(keys_of), tensor(values)) for keys_of, values in (train, held)]
            return served(self._loop().run(network, parts[0], parts[1], _value_loss))

    def _loop(self) -> Loop:
        return Loop("deeplog", self.config, self.progress)


def _key_loss(network: Recurrent, data: Data) -> Tensor:
    (windows,) = data
    return nn.functional.cross_entropy(network(windows[:, :-1]), windows[:, -1])


def _value_loss(network: Recurrent, data: Data) -> Tensor:
    keys, values = data
    history = values[:, :-1]
    return nn.functional.mse_loss(network(keys[:, None].expand(history.shape[:2]), history), values[:, -1])
