"""Synthetic QNX kernel traces, shaped by the published profile of real ones; nothing here was recorded.

The traces of the QNX attention study are to be had nowhere. Its profile is: how often each of 94 events came
in clean traces, how long the 15 traces were, and how often ten types of events came in each. From that:

* *Routines*: events of about equal counts belong together (a call and its exit, an interrupt with its
  handlers, a message sent, received and replied to), with the frequency of the rarest of them.
* A *clean* trace follows a schedule of routines, in which each comes as often as in the profile, and now and
  then jumps to another place of it (a preemption). The share of the drifting type (`SND_PULSE_EXE`, which
  grows from trace to trace) is the trace's own.
* An *abnormal* trace is as much longer as in the profile: what is added are routines of an intruder, of the
  types that grew, interleaved event by event with the others, as two processes on one processor are.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np

from burl.receive.sequences import EventSequence

_ALIKE = 0.97
"""Counts whose ratio is at least this belong to one routine."""
_LONGEST_ROUTINE = 8
_SCHEDULE = 400
_PREEMPTION = 0.03
"""Chance that a clean trace jumps to another place of the schedule after a routine."""
_DRIFTING, _DRIFTING_EVENT = "SND_PULSE_EXE", "commsnd_pulse_exe"
_INTRUDER_RUN = 3
"""Mean length of a stretch in which only one of two processes runs, in events."""

_CLASSES = (
    "int_handler_entr",
    "int_handler_exit",
    "int_entr",
    "int_exit",
    "int_call",
    "ker_call",
    "ker_exit",
    "comm",
    "thread",
    "usrevent",
    "control",
    "process",
    "system",
)
"""What the names in the profile begin with; the rest is the event."""

Routine = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QnxProfile:
    """The published figures."""

    traces: Mapping[str, int]
    """Events of each trace."""
    counts: Mapping[str, int]
    """Events of all clean traces together."""
    types: Mapping[str, Mapping[str, int]]
    """Of ten types of events, how often each came in each trace."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the profile's JSON. Raises OSError, KeyError or ValueError."""
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        names = data["traces"]
        return cls(
            dict(zip(names, data["events_per_trace"], strict=True)),
            data["clean_event_counts"],
            {
                kind: {name: count or 0 for name, count in zip(names, counts, strict=True)}
                for kind, counts in data["counts_per_trace_first10_event_types"].items()
            },
        )

    def clean(self) -> list[str]:
        """Return the names of the clean traces."""
        return [name for name in self.traces if name.startswith("clean")]

    def share(self, kind: str, trace: str) -> float:
        """Return the share of a type among all events of a trace."""
        return self.types[kind][trace] / self.traces[trace]


def synthetic_traces(profile: QnxProfile, seed: int, events: int = 30_000) -> list[EventSequence]:
    """Return all traces of `profile`, each about `events` long if clean, abnormal ones as much longer.

    Ids begin with `synthetic-`; abnormal traces have label 1. Equal seeds give equal traces.
    """
    rng = np.random.default_rng(seed)
    routines = _routines(profile.counts)
    schedule = _schedule(routines, rng)
    clean = profile.clean()
    usual = float(np.mean([profile.traces[name] for name in clean]))
    traces = []
    for name in profile.traces:
        base = _clean_trace(
            schedule, profile.share(_DRIFTING, name if name in clean else clean[0]), events, rng
        )
        if name not in clean:
            added = round(events * (profile.traces[name] / usual - 1))
            base = _interleaved(base, _intruder(profile, name, added, rng), rng)
        traces.append(
            EventSequence("", f"synthetic-{name}", int(name not in clean), "", tuple(map(_pair, base)))
        )
    return traces


def _routines(counts: Mapping[str, int]) -> list[tuple[Routine, int]]:
    """Return routines and how often each came; calls and entries stand before their exits."""
    found: list[tuple[list[str], int]] = []
    for event, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        members, rarest = found[-1] if found else ([], 0)
        if members and count >= _ALIKE * rarest and len(members) < _LONGEST_ROUTINE:
            members.append(event)
            found[-1] = members, count
        else:
            found.append(([event], count))
    return [(tuple(sorted(members, key=_precedence)), rarest) for members, rarest in found]


def _precedence(event: str) -> tuple[bool, str]:
    return "exit" in event, event


def _schedule(routines: Sequence[tuple[Routine, int]], rng: np.random.Generator) -> list[Routine]:
    """Return routines in a fixed order, each as often as its share says, the rarest at least once."""
    total = sum(count for _, count in routines)
    slots = [routine for routine, count in routines for _ in range(max(1, round(_SCHEDULE * count / total)))]
    return [slots[i] for i in rng.permutation(len(slots))]


def _clean_trace(schedule: list[Routine], drift: float, events: int, rng: np.random.Generator) -> list[str]:
    trace: list[str] = []
    at = int(rng.integers(len(schedule)))
    while len(trace) < events:
        trace += schedule[at % len(schedule)]
        if rng.random() < drift:
            trace.append(_DRIFTING_EVENT)
        at = int(rng.integers(len(schedule))) if rng.random() < _PREEMPTION else at + 1
    return trace[:events]


def _intruder(profile: QnxProfile, name: str, events: int, rng: np.random.Generator) -> list[str]:
    """Return the events of the intruder: types by how much more often they came than in clean traces."""
    usual = {
        kind: np.mean([counts[clean] for clean in profile.clean()]) for kind, counts in profile.types.items()
    }
    grown = {kind: max(counts[name] - float(usual[kind]), 0.0) for kind, counts in profile.types.items()}
    kinds, weights = list(grown), np.array(list(grown.values()))
    return [f"comm{kinds[i].lower()}" for i in rng.choice(len(kinds), events, p=weights / weights.sum())]


def _interleaved(first: list[str], second: list[str], rng: np.random.Generator) -> list[str]:
    """Return both, each in its order, in short runs."""
    trace: list[str] = []
    rests = [list(reversed(first)), list(reversed(second))]
    share = len(second) / (len(first) + len(second))
    while rests[0] and rests[1]:
        rest = rests[int(rng.random() < share)]
        run = min(int(rng.geometric(1 / _INTRUDER_RUN)), len(rest))
        trace += [rest.pop() for _ in range(run)]
    return trace + list(reversed(rests[0])) + list(reversed(rests[1]))


@cache
def _pair(name: str) -> str:
    """Return class and event of a name of the profile: `COMM SND_MESSAGE` of `commsnd_message`."""
    for kind in _CLASSES:
        if name.startswith(kind):
            return f"{kind} {name.removeprefix(kind)}".upper()
    raise ValueError(f"{name!r} begins with no known class")
