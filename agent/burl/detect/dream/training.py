"""Trains the network of `dream` with torch; needs the extra `train`."""

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from burl.detect.base import Progress
from burl.detect.dream.config import DreamConfig
from burl.detect.dream.network import DreamNetwork
from burl.detect.training import Data, Loop, hold_out, repeatable, tensor, weights_of

_IGNORED = -100


class Attentive(nn.Module):
    """GRU encoder -> additive attention (Bahdanau et al. 2015) -> GRU decoder that sees only the context."""

    def __init__(self, symbols: int, config: DreamConfig) -> None:
        super().__init__()
        shape = config.network
        self.inputs, self.steps = config.events_in, config.events_out
        self.embedding = nn.Embedding(symbols, shape.embedding)
        self.encoder = nn.GRU(shape.embedding, shape.hidden)
        self.decoder = nn.GRU(shape.hidden, shape.hidden)
        self.read = nn.Linear(shape.hidden, shape.attention)
        self.ask = nn.Linear(shape.hidden, shape.attention)
        self.fit = nn.Linear(shape.attention, 1)
        self.dropout = nn.Dropout(shape.dropout)
        self.output = nn.Linear(shape.hidden, symbols)

    def forward(self, symbols: Tensor) -> tuple[Tensor, Tensor]:
        """Return logits (rows, out, symbols) and attention (rows, out, in) for symbols (rows, in)."""
        states, state = self.encoder(self.embedding(symbols.T))
        read = self.read(states)
        logits, looks = [], []
        for _ in range(self.steps):
            fits = self.fit(torch.tanh(read + self.ask(state)))
            look = torch.softmax(fits, dim=0)
            context = (look * states).sum(dim=0, keepdim=True)
            _, state = self.decoder(context, state)
            logits.append(self.output(self.dropout(state[0])))
            looks.append(look[:, :, 0].T)
        return torch.stack(logits, dim=1), torch.stack(looks, dim=1)


def train(
    stretches: npt.NDArray[np.int32], symbols: int, config: DreamConfig, seed: int, progress: Progress
) -> DreamNetwork:
    """Return a network trained on `stretches` (n, in + out); -1 stands for what is not predicted."""
    some, held = hold_out(stretches, seed)

    def loss(network: Attentive, data: Data) -> Tensor:
        (rows,) = data
        logits, _ = network(rows[:, : config.events_in])
        came = rows[:, config.events_in :].reshape(-1)
        wanted = came.masked_fill(came < 0, _IGNORED)
        return nn.functional.cross_entropy(logits.flatten(0, 1), wanted, ignore_index=_IGNORED)

    with repeatable(seed):
        network = Attentive(symbols, config)
        Loop("dream", config.network, progress).run(network, (tensor(some),), (tensor(held),), loss)
    return served(network)


def served(network: Attentive) -> DreamNetwork:
    """Return the network as an agent computes it."""
    span = np.array([network.inputs, network.steps], dtype=np.float32)
    return DreamNetwork({**weights_of(network), "span": span})
