"""Which lines continue the record before them: stack traces, indented text, DETAIL lines, blank lines.

One rule for files and gRPC alike. It looks at a line's own shape and at a little state of its stream: whether the
stream's records begin with a head (a time or a level), and whether a multi-line record is open.
"""

import re
from enum import IntEnum
from typing import Any


class Shape(IntEnum):
    """What a line looks like on its own. `PLAIN` and `HEADED` equal the state of a calm stream of such lines."""

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
_SHAPES = tuple(
    (shape, re.compile(pattern, re.ASCII))
    for shape, pattern in (
        (Shape.TRACE, r"Traceback \(most recent call last\)|goroutine 0 \["),
        (
            Shape.ATTACHED,
            r"[ \t]|at [\w.$<>]+\(|Caused by: |During handling of the above exception|The above exception was"
            r"|\.\.\. 0 (?:more|common frames)|(?:[^\"']{,120} )?(?:DETAIL|HINT|CONTEXT|STATEMENT|QUERY|LOCATION):  ",
        ),
        (Shape.ALONE, r"Killed|Segmentation fault|Aborted|Bus error|panic: |fatal error: |Out of memory|Terminated"),
        (
            Shape.HEADED,
            r"\W?0[-/.]0[-/.]0[T ]|\W?0:0:0\b"
            rf"|\W?(?:\w{{3}},? )?(?:{_MONTH}) +0 |\W?(?:{_LEVEL})\b(?:\W|$)|[IWEF]0 0:0"
            r"|0(?:\.0){3} \S+ \S+ \[|0:[A-Z] 0 \w{3} 0|<0>|\{\"|(?:time|ts|level)=",
        ),
        (Shape.EXCEPTION, r"(?:[\w$]+\.)*[A-Za-z]\w*(?:Error|Exception|Exceeded|Interrupt|Exit)(?::|$)"),
    )
)
_OPENS = re.compile(r".*:\s*$|.{,80}\b(?:ERROR|CRITICAL|FATAL|SEVERE|PANIC)\b", re.ASCII)


def shape(line: str) -> Shape:
    """Return the shape of a line (first line of a body, runs of digits collapsed to one `0`)."""
    if not line.strip():
        return Shape.BLANK
    found = next((shape for shape, pattern in _SHAPES if pattern.match(line)), Shape.PLAIN)
    return Shape.OPENER if found is Shape.HEADED and _OPENS.match(line) else found


_HEADED = 1
_CALM, _OPEN, _TRACE, _CLOSING = 0, 8, 16, 24
"""Modes of a stream (never equal to a `Shape`, calm ones apart), added to `_HEADED`. `_CLOSING`: a trace whose next plain line, if it comes now, is a new record."""


class Continuations:
    """Decides line by line, stream by stream. Bounded: the streams that began first are forgotten first."""

    def __init__(self, max_streams: int) -> None:
        """Args: `max_streams` is how many streams' states are kept."""
        self.states: dict[int, int] = {}
        """By stream. A line whose `Shape` equals the state starts a record and changes nothing (the fast path)."""
        self._max_streams = max_streams

    def starts(self, shape: Shape, stream: int) -> bool:
        """Return True when a line of this shape starts a record of `stream`, and take note of it."""
        state = self.states.get(stream, -1)
        starts, following = _decide(shape, state)
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


def _decide(shape: Shape, state: int) -> tuple[bool, int]:
    """Return whether a line starts a record, and the stream's next state (-1: no record of it seen yet)."""
    seen, headed, mode = state >= 0, max(state, 0) & _HEADED, max(state, 0) & ~_HEADED
    if shape is Shape.HEADED:
        return True, _HEADED
    if shape is Shape.OPENER:
        return True, _HEADED | _OPEN
    if shape is Shape.ALONE:
        return True, headed
    if shape is Shape.BLANK:
        return False, state
    if shape is Shape.TRACE or (shape is Shape.ATTACHED and mode in (_TRACE, _CLOSING)):
        return not seen, headed | _TRACE
    if shape is Shape.ATTACHED:
        return not seen, (headed | _OPEN) if seen else _CALM
    if mode == _TRACE:
        return False, headed | _CLOSING
    if headed and (mode or shape is Shape.EXCEPTION):
        return False, headed | _OPEN
    return True, headed
