"""Corpora of event ids without text (`sequences.csv`): a row is a session, its events are the templates."""

import csv
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from burl.detect.registry import parse_spec
from burl.parse import Catalogue, Template, template_id
from burl.receive.batch import Identity, Ints, StreamTable
from burl.receive.sequences import EventSequence
from burl.train.corpus import Corpus, Split
from burl.window import Record, Sequences

MASKING_VERSION = "events"
"""Templates of event ids are no masked text: their ids come from this name."""
_SECOND_NS = 1_000_000_000
_WINDOW_EVENTS = 1_000
_FEW_TRACES = 80
"""Of fewer, a quarter is too little to calibrate by."""


def template_texts(directory: Path) -> dict[str, str]:
    """Return the text of each event id from `templates.csv` (EventId, EventTemplate), where there is one."""
    path = directory / "templates.csv"
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {row["EventId"].removeprefix("E"): row["EventTemplate"] for row in csv.DictReader(file)}


def sequence_config(spec: str) -> dict[str, object]:
    """Return the settings of a detector of event ids: there are no releases, an unseen event is odd."""
    kind, _ = parse_spec(spec)
    return {"unseen": "anomalous"} if "unseen" in kind.config_type.model_fields else {}


def cut_traces(rows: list[EventSequence]) -> list[EventSequence]:
    """Return `rows`; of a few long traces their windows of 1000 events, so that enough can be held out."""
    windows = [window for row in rows for window in _windows(row)]
    return windows if len(rows) < _FEW_TRACES <= len(windows) else rows


def _windows(row: EventSequence) -> list[EventSequence]:
    starts = range(0, len(row.events), _WINDOW_EVENTS)
    return [
        replace(row, id=f"{row.id}@{start}", events=row.events[start : start + _WINDOW_EVENTS])
        for start in starts
    ]


class SequenceSource:
    """Turns rows of event ids into `Sequences` over one catalogue."""

    def __init__(self, texts: dict[str, str]) -> None:
        """Args: `texts` names events by id; others are named `event <id>`."""
        self.catalogue, self.streams = Catalogue(), StreamTable()
        self._stream = self.streams.add(Identity("", "", "events", "events"))
        self._texts = texts

    def sessions(self, rows: Iterable[EventSequence]) -> Sequences:
        """Return one session a row. Event times are made up: a second apart, session after session."""
        rows = list(rows)
        lengths = [len(row.events) for row in rows]
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)])
        templates = np.array([self._template(event) for row in rows for event in row.events], dtype=np.int64)
        total = int(offsets[-1])
        return Sequences(
            catalogue=self.catalogue,
            unit="session",
            keys=[row.id for row in rows],
            kinds=["session"] * len(rows),
            ids=[[row.id] for row in rows],
            services=np.zeros(len(rows), dtype=np.int64),
            leads=np.zeros(len(rows), dtype=np.int64),
            offsets=offsets,
            templates=templates,
            times_ns=(np.arange(total, dtype=np.int64) + 1) * _SECOND_NS,
            streams=np.full(total, self._stream, dtype=np.int64),
            record=lambda position: self._record(rows, offsets, templates, position),
        )

    def split(self, rows: list[EventSequence], *, labelled: bool = False) -> tuple[Split, Corpus]:
        """Return (head and tail, whole): the last quarter of the rows is held out."""
        cut = len(rows) - len(rows) // 4
        head, tail, whole = (self.corpus(part, labelled=labelled) for part in (rows[:cut], rows[cut:], rows))
        return Split(head, tail), whole

    def corpus(self, rows: list[EventSequence], *, labelled: bool = False) -> Corpus:
        """Return a corpus of sessions alone, with the labels of the rows if they are `labelled`."""
        found = Corpus(self.catalogue, self.streams, sessions=self.sessions(rows), timed=False)
        if labelled:
            found.unit_labels["session"] = np.array([bool(row.label) for row in rows], dtype=np.bool_)
        return found

    def _template(self, event: str) -> int:
        text = self._texts.get(event, f"event {event}")
        return self.catalogue.add(Template(template_id(text, MASKING_VERSION), text, trained=True))

    def _record(
        self,
        rows: list[EventSequence],
        offsets: Ints,
        templates: Ints,
        position: int,
    ) -> Record:
        row = int(offsets.searchsorted(position, side="right")) - 1
        template = int(templates[position])
        uid = f"{rows[row].id}@{position - int(offsets[row])}"
        return Record(uid, self.catalogue[template].text, (position + 1) * _SECOND_NS, self._stream, template)
