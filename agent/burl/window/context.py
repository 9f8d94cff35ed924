"""The lines that came before a line in its stream, continuation lines included."""

from itertools import islice
from typing import Any

import numpy as np

from burl.receive.batch import Batch
from burl.window.groups import Groups

Lines = tuple[str, ...]


class BatchContext:
    """The lines before each record of one batch; looked up only for records that are annotated."""

    def __init__(self, batch: Batch, before: dict[int, Lines], count: int, max_chars: int) -> None:
        self._batch = batch
        self._before = before
        self._count = count
        self._max_chars = max_chars

    def lines(self, position: int) -> list[str]:
        """Return the last lines of the stream before the record at `position`, the oldest first."""
        if not self._count:
            return []
        streams = self._batch.streams
        stream = int(streams[position])
        same = np.flatnonzero(streams[:position] == stream)[-self._count :]
        lines = [self._batch.bodies[i][: self._max_chars] for i in same.tolist()]
        return [*self._before.get(stream, ()), *lines][-self._count :]


class Contexts:
    """The last lines of each stream, over batches; at most `max_streams` streams are remembered."""

    def __init__(self, count: int, max_chars: int, max_streams: int) -> None:
        self._count = count
        self._max_chars = max_chars
        self._max_streams = max_streams
        self._lines: dict[int, Lines] = {}
        """By stream, in order of their last batch."""

    def feed(self, batch: Batch, by_stream: Groups) -> BatchContext:
        """Remember the batch's last lines; return what came before each of its records."""
        before: dict[int, Lines] = {}
        if self._count:
            positions = by_stream.order.tolist()
            for stream, start, end in by_stream.each():
                known = before[stream] = self._lines.pop(stream, ())
                last = positions[max(start, end - self._count) : end]
                lines = tuple([batch.bodies[i][: self._max_chars] for i in last])
                self._lines[stream] = lines if end - start >= self._count else (known + lines)[-self._count :]
            for stream in list(islice(self._lines, max(0, len(self._lines) - self._max_streams))):
                del self._lines[stream]
        return BatchContext(batch, before, self._count, self._max_chars)

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return [[stream, list(lines)] for stream, lines in self._lines.items()]

    def restore(self, state: list[Any]) -> None:
        """Fill empty contexts from `state`."""
        for stream, lines in state:
            self._lines[stream] = tuple(lines)
