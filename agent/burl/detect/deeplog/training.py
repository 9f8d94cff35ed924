"""Trains the LSTMs of both models with torch and writes them as ONNX; needs the extra `train`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from onnx import TensorProto
from torch import Tensor, nn

from burl.detect.base import Progress
from burl.detect.deeplog.settings import NetworkConfig
from burl.detect.onnx_export import Graph

Data = tuple[Tensor, ...]
"""Columns of equal length, one row a training example."""
Windows = npt.NDArray[np.int32]
Examples = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]
Loss = Callable[["Recurrent", Data], Tensor]

_LEAST_BATCH, _LARGEST_BATCH, _STEPS_PER_EPOCH, _LEAST_STEPS = 64, 512, 64, 32
_HELD_OUT_SHARE = 0.1
_LEAST_TO_HOLD_OUT = 200
"""Fewer windows are all trained on: a tenth of them would be too few to tell when to stop."""
_LEAST_EPOCHS = 3
_LAST_STEP = 0.1
"""The learning rate of the last epoch, as a share of the first."""
_LEAST_GAIN = 1e-3
"""A smaller gain on held-out windows does not count: it is noise."""


class Recurrent(nn.Module):
    """Embedded symbols, and values where there are any, through an LSTM to a dense output layer."""

    def __init__(self, symbols: int, values: int, outputs: int, config: NetworkConfig) -> None:
        super().__init__()
        self.layers = config.layers
        self.embedding = nn.Embedding(symbols, config.embedding)
        self.lstm = nn.LSTM(
            config.embedding + values,
            config.hidden,
            config.layers,
            batch_first=True,
            dropout=config.dropout if config.layers > 1 else 0.0,
        )
        self.output = nn.Linear(config.hidden, outputs)

    def forward(self, symbols: Tensor, values: Tensor | None = None) -> Tensor:
        """Return (rows, outputs) for symbols (rows, time) and values (rows, time, width)."""
        x = self.embedding(symbols)
        if values is not None:
            x = torch.cat([x, values], dim=2)
        hidden, _ = self.lstm(x)
        result: Tensor = self.output(hidden[:, -1])
        return result


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

    def keys(self, windows: Windows, extra: Windows, symbols: int, predicted: int) -> Recurrent:
        """Return a network that predicts the last column of `windows` from the others.

        Every window counts once, however often it came: weighting them by frequency lets the rare but
        normal ones be forgotten, and F1 on HDFS then wanders with the seed.

        Args:
            windows: distinct windows (n, h + 1); of enough of them a tenth is held out to stop in time.
            extra: more windows to train on, none of them held out.
            symbols: how many symbols there are.
            predicted: how many of them, the first, can be predicted.
        """
        order = np.random.default_rng(self.seed).permutation(len(windows))
        held = order[: int(len(order) * _HELD_OUT_SHARE)] if len(order) >= _LEAST_TO_HOLD_OUT else order[:0]
        train = np.concatenate([windows[order[len(held) :]], extra])
        with _repeatable(self.seed):
            network = Recurrent(symbols, 0, predicted, self.config)
            self._train(network, (_tensor(train),), (_tensor(windows[held]),), _key_loss)
        return network

    def values(self, train: Examples, held: Examples, keys: int) -> Recurrent:
        """Return a network that predicts the next values of a series from the h before.

        Args:
            train: key of each row (n), and values with the predicted ones last (n, h + 1, width).
            held: the same, of later time: what stops the training.
            keys: how many keys there are.
        """
        width = train[1].shape[2]
        with _repeatable(self.seed):
            network = Recurrent(keys, width, width, self.config)
            parts = [(_tensor(keys_of), _tensor(values)) for keys_of, values in (train, held)]
            self._train(network, parts[0], parts[1], _value_loss)
        return network

    def _train(self, network: Recurrent, train: Data, held: Data, loss: Loss) -> None:
        """Train until the loss on `held` (on `train`, when nothing is held) gains no more; keep the best."""
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
            self.progress(f"deeplog: epoch {epoch + 1}, loss {now:.4f}", (epoch + 1) / epochs)
            if now < best - _LEAST_GAIN:
                best, best_epoch = now, epoch
                kept = {name: weight.clone() for name, weight in network.state_dict().items()}
            if epoch - best_epoch >= config.patience_epochs:
                break
        network.load_state_dict(kept)
        network.eval()
        self.progress("deeplog: trained", 1.0)


def export_keys(network: Recurrent) -> bytes:
    """Return the key model as ONNX: `symbols` (rows, h), int64 -> log probabilities (rows, predicted)."""
    graph, weights = Graph(), _weights(network)
    symbols = graph.input("symbols", TensorProto.INT64, ["rows", "time"])
    embedded = graph.add("Gather", graph.constant(weights["embedding.weight"]), symbols)
    by_time = graph.add("Transpose", embedded, perm=[1, 0, 2])
    hidden = graph.lstm(by_time, weights, network.layers)
    logits = _dense(graph, hidden, weights)
    return graph.model(graph.add("LogSoftmax", logits, axis=1), len(weights["output.bias"]))


def export_values(network: Recurrent) -> bytes:
    """Return the value model as ONNX: `keys` (rows, h), `values` (rows, h, width) -> (rows, width)."""
    graph, weights = Graph(), _weights(network)
    width = len(weights["output.bias"])
    keys = graph.input("keys", TensorProto.INT64, ["rows", "time"])
    values = graph.input("values", TensorProto.FLOAT, ["rows", "time", width])
    embedded = graph.add("Gather", graph.constant(weights["embedding.weight"]), keys)
    joined = graph.add("Concat", embedded, values, axis=2)
    by_time = graph.add("Transpose", joined, perm=[1, 0, 2])
    return graph.model(_dense(graph, graph.lstm(by_time, weights, network.layers), weights), width)


def _dense(graph: Graph, hidden: str, weights: dict[str, npt.NDArray[np.float32]]) -> str:
    matrix, bias = graph.constant(weights["output.weight"]), graph.constant(weights["output.bias"])
    return graph.add("Gemm", hidden, matrix, bias, transB=1)


def _weights(network: Recurrent) -> dict[str, npt.NDArray[np.float32]]:
    return {name: weight.numpy() for name, weight in network.state_dict().items()}


def _tensor(array: npt.NDArray[np.generic]) -> Tensor:
    kind = np.float32 if np.issubdtype(array.dtype, np.floating) else np.int64
    return torch.from_numpy(np.ascontiguousarray(array, dtype=kind))


def _key_loss(network: Recurrent, data: Data) -> Tensor:
    (windows,) = data
    return nn.functional.cross_entropy(network(windows[:, :-1]), windows[:, -1])


def _value_loss(network: Recurrent, data: Data) -> Tensor:
    keys, values = data
    history = values[:, :-1]
    return nn.functional.mse_loss(network(keys[:, None].expand(history.shape[:2]), history), values[:, -1])


def _run_epoch(network: Recurrent, train: Data, loss: Loss, optimiser: torch.optim.Optimizer) -> None:
    network.train()
    count = len(train[0])
    size = min(_LARGEST_BATCH, max(_LEAST_BATCH, count // _STEPS_PER_EPOCH))
    passes = -(-_LEAST_STEPS * size // count)  # few windows are gone through again, or patience ends too soon
    for rows in torch.split(torch.cat([torch.randperm(count) for _ in range(passes)]), size):
        optimiser.zero_grad()
        torch.autograd.backward(loss(network, tuple(column[rows] for column in train)))
        optimiser.step()


def _mean_loss(network: Recurrent, data: Data, loss: Loss) -> float:
    network.eval()
    with torch.no_grad():
        parts = zip(*(torch.split(column, _LARGEST_BATCH) for column in data), strict=True)
        return sum(float(loss(network, part)) * len(part[0]) for part in parts) / len(data[0])


@contextmanager
def _repeatable(seed: int) -> Iterator[None]:
    """One thread (faster for networks this small, and sums in a fixed order) and a seed of its own."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)
