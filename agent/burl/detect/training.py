"""Trains small networks with torch, the same way for every detector; needs the extra `train`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from burl.detect.base import Progress
from burl.detect.cells import Weights
from burl.detect.network import LoopConfig, NetworkConfig, SymbolNetworkConfig
from burl.detect.recurrent import RecurrentNetwork
from burl.detect.symbol_model import TrainingWindows

Data = tuple[Tensor, ...]
"""Columns of equal length, one row a training example."""
Network = TypeVar("Network", bound=nn.Module)
Array = TypeVar("Array", bound=np.generic)
Cell = Literal["lstm", "gru"]

_LEAST_BATCH, _LARGEST_BATCH, _STEPS_PER_EPOCH, _LEAST_STEPS = 64, 512, 64, 32
_HELD_OUT_SHARE = 0.1
_LEAST_TO_HOLD_OUT = 200
"""Fewer examples are all trained on: a tenth of them would be too few to tell when to stop."""
_LEAST_EPOCHS = 3
_LAST_STEP = 0.1
"""The learning rate of the last epoch, as a share of the first."""
_LEAST_GAIN = 1e-3
"""A smaller gain on held-out examples does not count: it is noise."""


class Recurrent(nn.Module):
    """Embedded symbols, and values where there are any, through an LSTM or GRU to a dense output layer."""

    def __init__(
        self, symbols: int, values: int, outputs: int, config: NetworkConfig, cell: Cell = "lstm"
    ) -> None:
        super().__init__()
        self.cell: Cell = cell
        self.layers = config.layers
        self.embedding = nn.Embedding(symbols, config.embedding)
        self.recurrent = (nn.LSTM if cell == "lstm" else nn.GRU)(
            config.embedding + values,
            config.hidden,
            config.layers,
            batch_first=True,
            dropout=config.dropout if config.layers > 1 else 0.0,
        )
        self.dropout = nn.Dropout(0.0 if config.layers > 1 else config.dropout)  # a single layer has it after
        self.output = nn.Linear(config.hidden, outputs)

    def forward(self, symbols: Tensor, values: Tensor | None = None) -> Tensor:
        """Return (rows, outputs) for symbols (rows, time) and values (rows, time, width)."""
        x = self.embedding(symbols)
        if values is not None:
            x = torch.cat([x, values], dim=2)
        hidden, _ = self.recurrent(x)
        result: Tensor = self.output(self.dropout(hidden[:, -1]))
        return result


@dataclass(frozen=True, slots=True)
class Loop:
    """Trains until the loss on held-out examples gains no more, and keeps the best weights.

    Attributes:
        name: of the detector, for the progress.
        config: how long, and in which steps.
        progress: called after each epoch; what it raises ends the training.
    """

    name: str
    config: LoopConfig
    progress: Progress

    def run(
        self, network: Network, train: Data, held: Data, loss: Callable[[Network, Data], Tensor]
    ) -> Network:
        """Train `network` in place and return it; `loss` is judged on `train` when nothing is held."""
        config = self.config
        optimiser = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
        judge = held if len(held[0]) else train
        epochs = min(config.max_epochs, max(_LEAST_EPOCHS, config.max_examples // len(train[0])))
        decay = torch.optim.lr_scheduler.LinearLR(optimiser, 1.0, _LAST_STEP, epochs)
        best, best_epoch, kept = float("inf"), 0, network.state_dict()
        for epoch in range(epochs):
            _run_epoch(network, train, loss, optimiser)
            decay.step()
            now = _mean_loss(network, judge, loss)
            self.progress(f"{self.name}: epoch {epoch + 1}, loss {now:.4f}", (epoch + 1) / epochs)
            if now < best - _LEAST_GAIN:
                best, best_epoch = now, epoch
                kept = {name: weight.clone() for name, weight in network.state_dict().items()}
            if epoch - best_epoch >= config.patience_epochs:
                break
        network.load_state_dict(kept)
        network.eval()
        self.progress(f"{self.name}: trained", 1.0)
        return network


@dataclass(frozen=True, slots=True)
class SymbolTrainer:
    """Trains a network that predicts the next symbol from those before.

    Attributes:
        loss: of the outputs (rows, predicted) and the symbols that came (rows).
    """

    name: str
    config: SymbolNetworkConfig
    cell: Cell
    loss: Callable[[Tensor, Tensor], Tensor]

    def train(self, windows: TrainingWindows, seed: int, progress: Progress) -> RecurrentNetwork:
        """Return a network: symbols (rows, h) -> logits (rows, predicted)."""
        symbols = windows.symbols
        some, held = hold_out(windows.single, seed)
        rows = np.concatenate([some, windows.extra])

        def loss(network: Recurrent, data: Data) -> Tensor:
            (chosen,) = data
            history = chosen[:, :-1]
            if network.training:  # PAD never stands in a history: after it nothing comes
                share = 2 * self.config.hide * torch.rand(len(chosen), 1)
                history = history.masked_fill(torch.rand(history.shape) < share, symbols.pad)
            return self.loss(network(history), chosen[:, -1])

        with repeatable(seed):
            network = Recurrent(len(symbols), 0, symbols.predicted, self.config, self.cell)
            Loop(self.name, self.config, progress).run(network, (tensor(rows),), (tensor(held),), loss)
        return served(network)


def hold_out(examples: npt.NDArray[Array], seed: int) -> tuple[npt.NDArray[Array], npt.NDArray[Array]]:
    """Return (train, held): a random tenth is held out, nothing of few examples."""
    order = np.random.default_rng(seed).permutation(len(examples))
    count = int(len(order) * _HELD_OUT_SHARE) if len(order) >= _LEAST_TO_HOLD_OUT else 0
    return examples[order[count:]], examples[order[:count]]


def tensor(array: npt.NDArray[np.generic]) -> Tensor:
    """Return a copy-free float32 or int64 tensor where possible."""
    kind = np.float32 if np.issubdtype(array.dtype, np.floating) else np.int64
    return torch.from_numpy(np.ascontiguousarray(array, dtype=kind))


def weights_of(network: nn.Module) -> Weights:
    """Return the weights as arrays, by torch's names."""
    return {name: weight.numpy() for name, weight in network.state_dict().items()}


def served(network: Recurrent) -> RecurrentNetwork:
    """Return the network as an agent computes it."""
    return RecurrentNetwork(weights_of(network))


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """One thread (faster for networks this small, and sums in a fixed order) and a seed of its own."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


def _run_epoch(
    network: Network, train: Data, loss: Callable[[Network, Data], Tensor], optimiser: torch.optim.Optimizer
) -> None:
    network.train()
    count = len(train[0])
    size = min(_LARGEST_BATCH, max(_LEAST_BATCH, count // _STEPS_PER_EPOCH))
    passes = -(
        -_LEAST_STEPS * size // count
    )  # few examples are gone through again, or patience ends too soon
    for rows in torch.split(torch.cat([torch.randperm(count) for _ in range(passes)]), size):
        optimiser.zero_grad()
        torch.autograd.backward(loss(network, tuple(column[rows] for column in train)))
        optimiser.step()


def _mean_loss(network: Network, data: Data, loss: Callable[[Network, Data], Tensor]) -> float:
    network.eval()
    with torch.no_grad():
        parts = zip(*(torch.split(column, _LARGEST_BATCH) for column in data), strict=True)
        return sum(float(loss(network, part)) * len(part[0]) for part in parts) / len(data[0])
