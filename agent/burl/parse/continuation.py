"""Which lines continue the record before them: stack traces, indented text, DETAIL lines, blank lines.

One rule for files and gRPC alike. It looks at a line's own shape and at a little state of its stream: whether
the stream's records begin with a head (a time or a level), and whether a multi-line record is open.
"""

import re
from enum import IntEnum
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from burl.distinct import distinct, is_in
from burl.receive.batch import Ints

Flags = npt.NDArray[np.bool_]
_SHAPE_BITS = 3
_SHAPE_MASK = 0b111


class Shape(IntEnum):
    """What a line looks like on its own. `PLAIN` and `HEADED` equal the state of a calm stream of such."""

    PLAIN = 0
    HEADED = 1
    OPENER = 2
    """A head, and more lines are to be expected: an error, or a text that ends in a colon."""
    ATTACHED = 3
    """Part of a record by its own looks: indented, `Caused by:`, `DETAIL:`."""
    TRACE = 4
    """Opens a stack trace, in which even plain lines belong to the record."""
    EXCEPTION = 5
    """`SomeError: text`, the last line of a trace or the first after a headed record."""
    BLANK = 6
    ALONE = 7
    """A dying process's last words; never part of the record before."""


_LEVEL = "TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRIT|CRITICAL|ALERT|EMERG|FATAL|PANIC|SEVERE"
_MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"

# Lines come with every run of digits collapsed to one 0.
_ATTACHED = (
    r"[ \t]|at [\w.$<>]+\(|Caused by: |During handling of the above exception|The above exception was"
    r"|\.\.\. 0 (?:more|common frames)"
)
_ALONE = "Killed|Segmentation fault|Aborted|Bus error|panic: |fatal error: |Out of memory|Terminated"
_HEAD = (
    r"\W?0[-/.]0[-/.]0[T ]|\W?0:0:0\b|\W?(?:\w{3},? )?(?:" + _MONTH + r") +0 "  # a time
    r"|\W?(?:" + _LEVEL + r")\b(?:\W|$)|[IWEF]0 0:0"  # a level; klog
    r"|0(?:\.0){3} \S+ \S+ \[|0:[A-Z] 0 \w{3} 0"  # an access log; Redis
    r"|<0>|\{\"|(?:time|ts|level)="  # syslog, JSON, logfmt
)
_ERROR_NAME = r"(?:[\w$]+\.)*[A-Za-z]\w*(?:Error|Exception|Exceeded|Interrupt|Exit)(?::|$)"
_PATTERNS = (
    (Shape.TRACE, r"Traceback \(most recent call last\)|goroutine 0 \["),
    (Shape.ATTACHED, _ATTACHED),
    (Shape.ALONE, _ALONE),
    (Shape.HEADED, _HEAD),
    (Shape.EXCEPTION, _ERROR_NAME),
)
# The empty group of a branch closes last: `lastindex` tells which pattern matched.
_SHAPES = re.compile("|".join(f"(?:{pattern})()" for _, pattern in _PATTERNS), re.ASCII)
_POSTGRES = re.compile(r"(?:[^\"']{,120} )?(?:DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION):  ", re.ASCII)
_OPENS = re.compile(r".*:\s*$|.{,80}\b(?:ERROR|CRITICAL|FATAL|SEVERE|PANIC)\b", re.ASCII)


def shape(line: str) -> Shape:
    """Return the shape of a line (first line of a body, runs of digits collapsed to one `0`)."""
    if not line.strip():
        return Shape.BLANK
    if ":  " in line and _POSTGRES.match(line):
        return Shape.ATTACHED
    match = _SHAPES.match(line)
    found = _PATTERNS[(match.lastindex or 1) - 1][0] if match else Shape.PLAIN
    return Shape.OPENER if found is Shape.HEADED and _OPENS.match(line) else found


_HEADED = 1
_CALM, _OPEN, _TRACE, _CLOSING = 0, 8, 16, 24
"""Modes of a stream; `_HEADED` is added. But for calm ones, states never equal a `Shape`.

`_CLOSING` is a trace whose last line seems to have come: a plain line now begins a record.
"""


class Continuations:
    """Decides line by line, stream by stream. Bounded: the streams that began first are forgotten first."""

    def __init__(self, max_streams: int) -> None:
        """Args: `max_streams` is how many streams' states are kept."""
        self.states: dict[int, int] = {}
        """By stream. A line whose `Shape` equals the state starts a record and changes nothing."""
        self._max_streams = max_streams

    def records(self, shapes: Ints, streams: Ints) -> Flags:
        """Return for each line, given its shape and its stream, whether it starts a record; take note."""
        rows = self._rows_to_look_at(shapes, streams)
        state_of = self.states.get
        continued = [
            row
            for row, shape, stream in zip(
                rows.tolist(), shapes[rows].tolist(), streams[rows].tolist(), strict=True
            )
            if state_of(stream) != shape and not self.starts(shape, stream)
        ]
        found = np.ones(len(shapes), dtype=np.bool_)
        found[continued] = False
        return found

    def _rows_to_look_at(self, shapes: Ints, streams: Ints) -> Ints:
        """Return the lines of streams with shapes that are not their states; all where a stream is new."""
        get = self.states.get
        pairs = distinct(streams << _SHAPE_BITS | shapes).tolist()
        odd = [pair >> _SHAPE_BITS for pair in pairs if get(pair >> _SHAPE_BITS) != pair & _SHAPE_MASK]
        if not all(stream in self.states for stream in odd):  # it may make others forgotten
            return np.arange(len(streams))
        return np.flatnonzero(is_in(streams, np.array(odd, dtype=np.int64)))

    def starts(self, shape: int, stream: int) -> bool:
        """Return True when a line of this shape starts a record of `stream`, and take note of it."""
        state = self.states.get(stream, -1)
        starts, following = _decision(shape, state)
        if following != state:
            self.states[stream] = following
            if len(self.states) > self._max_streams:
                del self.states[next(iter(self.states))]
        return starts

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return [[stream, state] for stream, state in self.states.items()]

    def restore(self, state: list[Any]) -> None:
        """Continue from `state`."""
        self.states.update((stream, value) for stream, value in state)


@cache
def _decision(shape: int, state: int) -> tuple[bool, int]:
    return _decide(Shape(shape), state)


def _decide(shape: Shape, state: int) -> tuple[bool, int]:
    """Return whether a line starts a record, and the stream's next state (-1: no record of it seen yet)."""
    headed, mode = max(state, 0) & _HEADED, max(state, 0) & ~_HEADED
    if shape in _SURE_STARTS:
        return True, _SURE_STARTS[shape] | headed
    if shape is Shape.BLANK:
        return False, state
    if shape in (Shape.TRACE, Shape.ATTACHED):
        return state < 0, _after_attached(shape, state, headed, mode)
    if mode == _TRACE:
        return False, headed | _CLOSING
    if headed and (mode or shape is Shape.EXCEPTION):
        return False, headed | _OPEN
    return True, headed


_SURE_STARTS = {Shape.HEADED: _HEADED, Shape.OPENER: _HEADED | _OPEN, Shape.ALONE: _CALM}


def _after_attached(shape: Shape, state: int, headed: int, mode: int) -> int:
    if shape is Shape.TRACE or mode in (_TRACE, _CLOSING):
        return headed | _TRACE
    return _CALM if state < 0 else headed | _OPEN
