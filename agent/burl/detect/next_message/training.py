"""Trains the GRU of `next_message`; needs the extra `train`."""

from torch import nn

from burl.detect.base import Progress
from burl.detect.next_message.config import NextMessageNetworkConfig
from burl.detect.recurrent import RecurrentNetwork
from burl.detect.symbol_model import TrainingWindows
from burl.detect.training import SymbolTrainer


def train(
    windows: TrainingWindows, config: NextMessageNetworkConfig, seed: int, progress: Progress
) -> RecurrentNetwork:
    """Return a GRU: symbols (rows, h) -> logits (rows, predicted)."""
    trainer = SymbolTrainer("next_message", config, "gru", nn.functional.cross_entropy)
    return trainer.train(windows, seed, progress)
