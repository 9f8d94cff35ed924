"""What event logs hold: occurrences by class and event for each trace, and how their sequences look."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

from burl.errors import InputError
from burl.receive.sequences import EventSequence, read_sequences

_PLOTTED_TRACES = 4
"""Traces of each side that are plotted."""
_PLOTTED_EVENTS = 600
_ROW, _STEP, _MARGIN = 9, 1, 220
"""Pixels of an event type, of an event, and of the names at the left."""
_NORMAL, _ABNORMAL = "#2166ac", "#b2182b"
_STYLE = (
    "body{font:14px system-ui,sans-serif;margin:2em}table{border-collapse:collapse}"
    "td,th{padding:.1em .6em;text-align:right;border-bottom:1px solid #ddd}td:first-child,td:nth-child(2)"
    "{text-align:left}.pair{display:flex;flex-wrap:wrap;gap:2em}svg text{font:8px monospace}"
)


@dataclass(frozen=True, slots=True)
class Profile:
    """Traces and what they hold.

    Attributes:
        traces: in order of input; `label` 1 where abnormal.
        rows: class, event and how often it came in each trace; the most frequent first.
    """

    traces: list[EventSequence]
    rows: list[tuple[str, str, list[int]]]

    @classmethod
    def of(cls, traces: Iterable[EventSequence]) -> "Profile":
        """Count the events of `traces`."""
        traces = list(traces)
        counts = [Counter(trace.events) for trace in traces]
        total: Counter[str] = Counter()
        for count in counts:
            total.update(count)
        order = sorted(total, key=lambda event: (-total[event], event))
        return cls(traces, [(*_pair(event), [count[event] for count in counts]) for event in order])

    def to_json(self) -> dict[str, Any]:
        """Return plain values: the traces with their lengths, and one row an event."""
        return {
            "traces": [{"id": t.id, "abnormal": bool(t.label), "events": len(t.events)} for t in self.traces],
            "rows": [{"class": kind, "event": event, "counts": counts} for kind, event, counts in self.rows],
        }

    def to_html(self) -> str:
        """Return a self-contained page: normal beside abnormal sequences, then the whole table."""
        heads = "".join(f"<th>{escape(trace.id)}</th>" for trace in self.traces)
        body = "".join(
            f"<tr><td>{escape(kind)}</td><td>{escape(event)}</td>"
            + "".join(f"<td>{count}</td>" for count in counts)
            + "</tr>"
            for kind, event, counts in self.rows
        )
        sides = "".join(f"<div>{self._side(label)}</div>" for label in (0, 1))
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Event logs</title>'
            f"<style>{_STYLE}</style><h1>Event logs</h1>"
            f"<p>The first {_PLOTTED_EVENTS} events of up to {_PLOTTED_TRACES} traces: a row is an event,"
            f' the most frequent at the top.</p><div class="pair">{sides}</div>'
            f"<h2>Occurrences</h2><table><tr><th>class</th><th>event</th>{heads}</tr>{body}</table></html>"
        )

    def _side(self, label: int) -> str:
        """Return the plots of the normal (0) or of the abnormal (1) traces."""
        traces = list(islice((t for t in self.traces if bool(t.label) == bool(label)), _PLOTTED_TRACES))
        title = "Abnormal" if label else "Normal"
        plots = "".join(f"<h3>{escape(trace.id)}</h3>{self._plot(trace)}" for trace in traces)
        return f"<h2>{title}</h2>{plots or '<p>no trace</p>'}"

    def _plot(self, trace: EventSequence) -> str:
        """Return an SVG with a dot for each event: time to the right, event types below each other."""
        names = [f"{kind} {event}".strip() for kind, event, _ in self.rows]
        row_of = {name: row for row, name in enumerate(names)}
        shown = trace.events[:_PLOTTED_EVENTS]
        present = sorted({row_of[event] for event in shown})
        height, width = len(present) * _ROW, _MARGIN + _PLOTTED_EVENTS * _STEP
        line = {row: number for number, row in enumerate(present)}
        labels = "".join(
            f'<text x="{_MARGIN - 4}" y="{(line[row] + 1) * _ROW - 2}" text-anchor="end">'
            f"{escape(names[row])}</text>"
            for row in present
        )
        dots = "".join(
            f"M{_MARGIN + at * _STEP} {line[row_of[event]] * _ROW + 1}v{_ROW - 2}"
            for at, event in enumerate(shown)
        )
        colour = _ABNORMAL if trace.label else _NORMAL
        return (
            f'<svg width="{width}" height="{height}" role="img" aria-label="{escape(trace.id)}">{labels}'
            f'<path d="{dots}" stroke="{colour}"/></svg>'
        )


def read_traces(normal: Sequence[Path], abnormal: Sequence[Path] = ()) -> list[EventSequence]:
    """Read event logs; those of `abnormal` are labelled so, the others by what they say themselves.

    Raises:
        InputError: one cannot be read, or there is no event at all.
    """
    traces = [trace for path in normal for trace in read_sequences(path)]
    traces += [replace(trace, label=1) for path in abnormal for trace in read_sequences(path)]
    if not any(trace.events for trace in traces):
        raise InputError("the inputs hold no events")
    return traces


def _pair(event: str) -> tuple[str, str]:
    """Return class and event; what has no class is an event alone."""
    kind, blank, name = event.partition(" ")
    return (kind, name) if blank else ("", kind)
