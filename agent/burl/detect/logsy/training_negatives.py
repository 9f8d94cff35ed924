"""Lines that are not normal: of other systems, and normal ones that were spoilt; drawn anew for each batch.

Lines of other systems alone are told by their first words; all that begins as the target's lines do would
then pass for normal. Few spoilt lines, drawn once, are learnt by heart: on BGL an unseen message of known
words (`data TLB error interrupt`) was missed with 24 of each normal line. Needs the extra `train`.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from burl.detect.lines.lexicon import PAD, UNKNOWN

_AUXILIARY_SHARE = 0.25
"""Of what is drawn, how much is of other systems as it is."""
_FOREIGN_SHARE, _UNKNOWN_SHARE = 0.2, 0.1
"""Of the lines that lend words, how many are of other systems; of single words, how many are unknown."""


class Parts(NamedTuple):
    """What spoilt lines are made of.

    Attributes:
        lines, donors: (n, time).
        words: random words of normal lines (n, time).
        starts: a place in each line (n, 1).
        places: 0..time - 1 (1, time).
    """

    lines: Tensor
    donors: Tensor
    words: Tensor
    starts: Tensor
    places: Tensor


class Negatives:
    """Draws lines that are not normal; equal for equal states of torch's generator."""

    def __init__(self, normal: Tensor, other: Tensor) -> None:
        """Args: lines (n, time) and (m, time), at least one of each."""
        self._normal, self._other = normal, other
        self._words = normal[normal != PAD]
        self._factors = torch.randint(-(2**62), 2**62, (normal.shape[1],))
        self._known = self._keys(normal)

    def draw(self, count: int) -> Tensor:
        """Return about `count` lines (n, time), none of them a normal one."""
        foreign = max(int(count * _AUXILIARY_SHARE), 1)
        spoilt = self._spoilt(count - foreign)
        usable = ~torch.isin(self._keys(spoilt), self._known) & (spoilt != PAD).any(dim=1)
        return torch.cat([_some(self._other, foreign), spoilt[usable]])

    def _spoilt(self, count: int) -> Tensor:
        parts = self._parts(count)
        ways = torch.stack([way(parts) for way in _WAYS])
        return ways[torch.randint(len(_WAYS), (count,)), torch.arange(count)]

    def _parts(self, count: int) -> Parts:
        lines = _some(self._normal, count)
        is_foreign = torch.rand(count, 1) < _FOREIGN_SHARE
        donors = torch.where(is_foreign, _some(self._other, count), _some(self._normal, count))
        words = _some(self._words, lines.numel()).reshape(lines.shape)
        words = words.masked_fill(torch.rand(words.shape) < _UNKNOWN_SHARE, UNKNOWN)
        return Parts(lines, donors, words, _within(lines), torch.arange(lines.shape[1])[None])

    def _keys(self, rows: Tensor) -> Tensor:
        """Return a number for each line, the same for the same words."""
        return (rows * self._factors).sum(dim=1)


def _crossed(parts: Parts) -> Tensor:
    """Some words are those that stand there in another line."""
    chosen = torch.rand(parts.lines.shape) < torch.rand(len(parts.lines), 1)
    return torch.where(chosen & (parts.lines != PAD) & (parts.donors != PAD), parts.donors, parts.lines)


def _spliced(parts: Parts) -> Tensor:
    """A line ends as another one does."""
    tails = _at(parts.donors, parts.places - parts.starts + _within(parts.donors))
    return torch.where(parts.places < parts.starts, parts.lines, tails)


def _reworded(parts: Parts) -> Tensor:
    """One word, or several, are others."""
    chosen = torch.rand(parts.lines.shape) < torch.rand(len(parts.lines), 1) ** 2
    chosen |= parts.places == parts.starts
    return torch.where(chosen & (parts.lines != PAD), parts.words, parts.lines)


def _babbled(parts: Parts) -> Tensor:
    """From some word on all are others."""
    return torch.where((parts.places >= parts.starts) & (parts.lines != PAD), parts.words, parts.lines)


def _shortened(parts: Parts) -> Tensor:
    """A stretch is left out, rather a short one."""
    lengths = (parts.lines != PAD).sum(dim=1, keepdim=True)
    shares = torch.rand(lengths.shape) * torch.rand(lengths.shape)
    sizes = 1 + (shares * (lengths - 1)).long()
    return _at(parts.lines, parts.places + sizes * (parts.places >= parts.starts))


def _lengthened(parts: Parts) -> Tensor:
    """A word is put in."""
    moved = _at(parts.lines, parts.places - (parts.places > parts.starts).long())
    return torch.where(parts.places == parts.starts, parts.words, moved)


_WAYS = (_crossed, _spliced, _reworded, _babbled, _shortened, _lengthened)


def _some(rows: Tensor, count: int) -> Tensor:
    return rows[torch.randint(len(rows), (count,))]


def _within(rows: Tensor) -> Tensor:
    """Return a random place in each line (n, 1)."""
    lengths = (rows != PAD).sum(dim=1, keepdim=True)
    return (torch.rand(lengths.shape) * lengths).long()


def _at(rows: Tensor, places: Tensor) -> Tensor:
    """Return the words at `places` (n, time), padding behind the end."""
    last = rows.shape[1] - 1
    return rows.gather(1, places.clamp(0, last)).masked_fill(places > last, PAD)
