"""Labelled texts that come without a log file around them: batches made of them."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from burl.errors import InputError
from burl.receive.batch import Batch, Identity, Origin, StreamTable
from burl.receive.otlp import MAX_RECORDS
from burl.receive.raw_lines import opened
from burl.train.labels import verdict

_SECOND_NS = 1_000_000_000
_START_NS = 1_000_000_000 * _SECOND_NS
_MAX_FIELD_CHARACTERS = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Origin(Origin):
    """Texts say nothing but themselves; uids are their numbers."""

    name: str
    first: int

    def uid(self, index: int) -> str:
        return f"{self.name}@{self.first + index}"

    def attributes(self, index: int) -> dict[str, Any]:
        return {"log.file.name": self.name, "log.file.line": self.first + index + 1}

    def trace_id(self, index: int) -> str:
        del index
        return ""

    def span_id(self, index: int) -> str:
        del index
        return ""


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Texts with True for abnormal ones; event times are made up, a second apart, from `first_second` on."""

    name: str
    rows: list[tuple[str, bool]]
    first_second: int = 0

    def abnormal(self) -> set[str]:
        """Return the uids of the abnormal texts."""
        origin = _Origin(self.name, 0)
        return {origin.uid(index) for index, (_, odd) in enumerate(self.rows) if odd}

    def batches(self, streams: StreamTable) -> Iterator[Batch]:
        """Yield all texts as records of one stream."""
        stream = streams.add(Identity("", "", "lines", "lines"))
        for start in range(0, len(self.rows), MAX_RECORDS):
            bodies = [text for text, _ in self.rows[start : start + MAX_RECORDS]]
            seconds = np.arange(len(bodies), dtype=np.int64) + self.first_second + start
            yield Batch(
                bodies=bodies,
                times_ns=_START_NS + seconds * _SECOND_NS,
                timed=np.ones(len(bodies), dtype=np.bool_),
                streams=np.full(len(bodies), stream, dtype=np.int64),
                severities=np.zeros(len(bodies), dtype=np.int64),
                sender=self.name,
                arrival_ns=_START_NS,
                origin=_Origin(self.name, start),
            )


def read_labelled_csv(path: Path) -> list[tuple[str, bool]]:
    """Return the lines of a CSV with columns `log` and `label`, in order. Raises InputError."""
    csv.field_size_limit(_MAX_FIELD_CHARACTERS)
    with opened(path) as file:
        rows = csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline=""))
        try:
            return [(row["log"], verdict(row["label"])) for row in rows]
        except (KeyError, ValueError, TypeError, csv.Error) as error:
            raise InputError(f"line {rows.line_num}: no row of id, log, label ({error})") from error
