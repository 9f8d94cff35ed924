"""Whose records are: their serialised Resources, each kept once."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from burl.receive.stream_table import Ints


class Resources(NamedTuple):
    """Of n records their serialised Resources.

    Attributes:
        raws: the different ones (m), in order of their first record.
        of_records: which of them each record (n) has.
    """

    raws: Sequence[bytes]
    of_records: Ints

    @classmethod
    def of(cls, runs: Sequence[tuple[bytes, int]]) -> "Resources":
        """Return those of runs of records, given by their Resource and how many they are."""
        numbers: dict[bytes, int] = {}
        of_runs = [numbers.setdefault(raw, len(numbers)) for raw, _ in runs]
        return cls(list(numbers), np.repeat(of_runs, [count for _, count in runs]))

    def take(self, rows: Sequence[int]) -> "Resources":
        """Return those of the records at `rows`."""
        return Resources(self.raws, self.of_records[rows])

    def raw(self, row: int) -> bytes:
        """Return that of a record."""
        return self.raws[int(self.of_records[row])]
