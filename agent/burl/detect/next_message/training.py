"""Trains the GRU of `next_message`; needs the extra `train`."""

import numpy as np
import torch
from torch import Tensor, nn

from burl.detect.base import Progress
from burl.detect.next_message.config import NextMessageNetworkConfig
from burl.detect.symbol_model import TrainingWindows
from burl.detect.training import Data, Loop, Recurrent, export_symbols, hold_out, repeatable, tensor


def train(windows: TrainingWindows, config: NextMessageNetworkConfig, seed: int, progress: Progress) -> bytes:
    """Return ONNX of a GRU: `symbols` (rows, h), int64 -> log probabilities (rows, predicted)."""
    symbols = windows.symbols
    hidden_symbol = symbols.pad  # it never stands in a history: after the end nothing is judged but itself

    def loss(network: Recurrent, data: Data) -> Tensor:
        (rows,) = data
        history = rows[:, :-1]
        if network.training:
            share = 2 * config.hide * torch.rand(len(rows), 1)
            history = history.masked_fill(torch.rand(history.shape) < share, hidden_symbol)
        return nn.functional.cross_entropy(network(history), rows[:, -1])

    some, held = hold_out(windows.single, seed)
    train_rows = np.concatenate([some, windows.extra])
    with repeatable(seed):
        network = Recurrent(len(symbols), 0, symbols.predicted, config, cell="gru")
        Loop("next_message", config, progress).run(network, (tensor(train_rows),), (tensor(held),), loss)
    return export_symbols(network, logs=True)
