"""A small transformer encoder over words (Vaswani et al., NeurIPS 2017) in torch.

Needs the extra `train`.
"""

import numpy as np
import torch
from torch import Tensor, nn

from burl.detect.lines.encoder import NORM_EPSILON, EncoderNetwork
from burl.detect.lines.lexicon import FIRST, PAD, UNKNOWN, Rows
from burl.detect.lines.network import EncoderConfig
from burl.detect.lines.phrases import Floats
from burl.detect.training import weights_of

_NEVER = -1e9
"""Added to the attention to padding."""


class Block(nn.Module):
    """Attention and two dense layers, each normalised before and added to what went in."""

    def __init__(self, config: EncoderConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.before_attention = nn.LayerNorm(config.width, eps=NORM_EPSILON)
        self.qkv = nn.Linear(config.width, 3 * config.width)
        self.joined = nn.Linear(config.width, config.width)
        self.before_dense = nn.LayerNorm(config.width, eps=NORM_EPSILON)
        self.wide = nn.Linear(config.width, config.hidden)
        self.narrow = nn.Linear(config.hidden, config.width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return (rows, time, width) for such `x`; `mask` (rows, 1, 1, time) is added to attention."""
        x = x + self.dropout(self._attend(self.before_attention(x), mask))
        dense = self.narrow(nn.functional.relu(self.wide(self.before_dense(x))))
        result: Tensor = x + self.dropout(dense)
        return result

    def _attend(self, x: Tensor, mask: Tensor) -> Tensor:
        rows, time, width = x.shape
        split = self.qkv(x).reshape(rows, time, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key, value = split[0], split[1], split[2]
        attention = (query @ key.transpose(2, 3) / (width // self.heads) ** 0.5 + mask).softmax(dim=-1)
        result: Tensor = self.joined((attention @ value).transpose(1, 2).reshape(rows, time, width))
        return result


class Encoder(nn.Module):
    """Words of a line, behind a learnt CLS vector, through encoder blocks; what comes out of CLS, projected.

    Vectors of known words that were imported stay as they are, so that words which training never met, but
    which are near to one that it met, are read alike; the projection behind them is learnt.
    """

    def __init__(
        self, start: Floats, max_words: int, outputs: int, config: EncoderConfig, *, frozen: bool
    ) -> None:
        """Args: `start` (words, width of the embedding) without padding and unknown; `frozen` keeps it."""
        super().__init__()
        self.hide, self.heads = config.hide, config.heads
        table = torch.from_numpy(np.concatenate([np.zeros((FIRST, start.shape[1]), dtype=np.float32), start]))
        self.embedding = nn.Embedding(len(table), table.shape[1], padding_idx=PAD, _weight=table)
        self.embedding.weight.requires_grad = not frozen
        self.project = nn.Linear(start.shape[1], config.width)
        self.positions = nn.Parameter(torch.randn(max_words + 1, config.width) * 0.02)
        self.cls = nn.Parameter(torch.randn(1, 1, config.width) * 0.02)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.width, eps=NORM_EPSILON)
        self.output = nn.Linear(config.width, outputs)

    def forward(self, words: Tensor) -> Tensor:
        """Return (rows, outputs) for `words` (rows, time), int64."""
        words = self._hidden(words) if self.training else words
        x = self.project(self.embedding(words))
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], dim=1) + self.positions[: x.shape[1] + 1]
        padded = nn.functional.pad(words == PAD, (1, 0))
        mask = torch.zeros(padded.shape).masked_fill(padded, _NEVER)[:, None, None, :]
        for block in self.blocks:
            x = block(x, mask)
        result: Tensor = self.output(self.norm(x[:, 0]))
        return result

    def _hidden(self, words: Tensor) -> Tensor:
        """Return `words` with some of them unknown."""
        chosen = (torch.rand(words.shape) < self.hide) & (words != PAD)
        return words.masked_fill(chosen, UNKNOWN)


def served(network: Encoder) -> EncoderNetwork:
    """Return the network as an agent computes it: the vectors of words projected."""
    weights = dict(weights_of(network))
    vectors, project, bias = (
        weights.pop(name) for name in ("embedding.weight", "project.weight", "project.bias")
    )
    heads = np.array([network.heads], dtype=np.float32)
    return EncoderNetwork({**weights, "embedding.weight": vectors @ project.T + bias, "heads": heads})


def encoded_rows(rows: Rows) -> Tensor:
    """Return lines as a tensor (n, time), padding common to all cut off."""
    width = max(int((rows != PAD).any(axis=0).sum()), 1)
    return torch.from_numpy(rows[:, :width].astype(np.int64))
