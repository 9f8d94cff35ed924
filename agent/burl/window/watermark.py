"""How far event time has come, per sender (design.md, decision 6)."""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np

from burl.receive.batch import Batch, Ints

NEVER = -(2**62)
"""A watermark before the first record that had a time; far from overflow when a time-out is added."""

SECOND_NS = 1_000_000_000


@dataclass(slots=True)
class _Sender:
    newest_ns: int
    arrival_ns: int
    base_ns: int
    """The watermark when the last batch came: what the wall clock counts on from."""


class Watermarks:
    """The newest event time seen of each sender.

    Only records with a time of their own move it. At most `max_senders` are remembered.
    """

    def __init__(self, max_senders: int = 1_000) -> None:
        self._max_senders = max_senders
        self._senders: OrderedDict[str, _Sender] = OrderedDict()

    def get(self, sender: str) -> int:
        """Return the sender's watermark in nanoseconds since the epoch, or NEVER."""
        known = self._senders.get(sender)
        return NEVER if known is None else known.newest_ns

    def feed(self, batch: Batch) -> tuple[Ints, Ints]:
        """Move the sender's watermark; return it as it stood before and after each record.

        That it is known per record, not per batch, makes all that depends on it independent of how
        records are cut into batches.
        """
        known = self._senders.setdefault(batch.sender, _Sender(NEVER, 0, NEVER))
        self._senders.move_to_end(batch.sender)
        if len(self._senders) > self._max_senders:
            self._senders.popitem(last=False)
        steps = np.empty(len(batch) + 1, dtype=np.int64)
        steps[0] = known.newest_ns
        steps[1:] = np.where(batch.timed, batch.times_ns, NEVER)
        np.maximum.accumulate(steps, out=steps)
        known.newest_ns = known.base_ns = int(steps[-1])
        known.arrival_ns = max(known.arrival_ns, batch.arrival_ns)
        return steps[:-1], steps[1:]

    def advance_idle(self, now_ns: int, idle_after_seconds: float) -> dict[str, int]:
        """Move the watermark of senders that have been silent for `idle_after_seconds` of wall time.

        It goes on from where it stood, as fast as the wall clock: a replay of old logs that stops does not
        jump to today. A sender that never said a time gets the wall time itself. One step moves it by twice
        `idle_after_seconds` at most: when the wall clock jumps, event time does not.

        Args:
            now_ns: wall time, nanoseconds since the epoch; the result depends on nothing else.
            idle_after_seconds: how long a sender must have been silent.

        Returns:
            The new watermark of every sender that is idle.
        """
        moved = {}
        step_ns = int(2 * idle_after_seconds * SECOND_NS)
        for name, sender in self._senders.items():
            silent_ns = now_ns - sender.arrival_ns
            if silent_ns >= idle_after_seconds * SECOND_NS:
                target = now_ns
                if sender.base_ns != NEVER:
                    target = min(sender.base_ns + silent_ns, sender.newest_ns + step_ns)
                moved[name] = sender.newest_ns = max(sender.newest_ns, target)
        return moved

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return [[name, s.newest_ns, s.arrival_ns, s.base_ns] for name, s in self._senders.items()]

    def restore(self, state: list[Any]) -> None:
        """Fill empty watermarks from `state`."""
        for name, newest_ns, arrival_ns, base_ns in state:
            self._senders[name] = _Sender(newest_ns, arrival_ns, base_ns)
