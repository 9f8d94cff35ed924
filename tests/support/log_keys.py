"""Sequences of single letters, each a template: what tests of sequence detectors feed them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from burl.parse import Catalogue, Template
from burl.receive.batch import StreamTable
from burl.train.corpus import Corpus
from burl.window import Events, Record, Sequences, Unit


@dataclass(slots=True)
class Alphabet:
    """Templates by letter; equal letters are equal templates in all sequences made here."""

    catalogue: Catalogue = field(default_factory=Catalogue)

    def sessions(self, *sessions: Sequence[str], kinds: Sequence[str] = ()) -> Sequences:
        return self._sequences("session", sessions, kinds or ["order"] * len(sessions), [0] * len(sessions))

    def windows(self, *windows: tuple[Sequence[str], int]) -> Sequences:
        """Make windows, each with its lead."""
        events, leads = [events for events, _ in windows], [lead for _, lead in windows]
        return self._sequences("window", events, ["window"] * len(windows), leads)

    def template(self, letter: str) -> int:
        return self.catalogue.add(Template(f"id-{letter}", f"text {letter}"))

    def corpus(self, sequences: Sequences) -> Corpus:
        if sequences.unit == "session":
            return Corpus(self.catalogue, StreamTable(), sessions=sequences)
        return Corpus(self.catalogue, StreamTable(), windows=sequences)

    def _sequences(
        self, unit: Unit, sequences: Iterable[Sequence[str]], kinds: Sequence[str], leads: Sequence[int]
    ) -> Sequences:
        every = [list(events) for events in sequences]
        flat = [self.template(letter) for events in every for letter in events]
        return Sequences(
            catalogue=self.catalogue,
            unit=unit,
            keys=[f"{kind}-{row}" for row, kind in enumerate(kinds)],
            kinds=list(kinds),
            ids=[[f"{kind}-{row}"] if unit == "session" else [] for row, kind in enumerate(kinds)],
            services=np.zeros(len(every), dtype=np.int64),
            leads=np.array(leads, dtype=np.int64),
            offsets=np.cumsum([0, *map(len, every)], dtype=np.int64),
            templates=np.array(flat, dtype=np.int64),
            times_ns=np.arange(1, len(flat) + 1, dtype=np.int64),
            streams=np.zeros(len(flat), dtype=np.int64),
            record=lambda position: Record(str(position), "", position, 0, flat[position]),
        )


def events(
    catalogue: Catalogue,
    text: str,
    times_ns: Sequence[int],
    parameters: Sequence[Sequence[str]],
    services: Sequence[int] = (),
) -> Events:
    """Make records of one template."""
    template = catalogue.add(Template(f"id-{text}", text))
    count = len(times_ns)
    of = np.array(services or [0] * count, dtype=np.int64)
    return Events(
        catalogue=catalogue,
        templates=np.full(count, template, dtype=np.int64),
        streams=of,
        services=of,
        times_ns=np.array(times_ns, dtype=np.int64),
        severities=np.zeros(count, dtype=np.int64),
        record=lambda i: Record(str(i), "", int(times_ns[i]), 0, template),
        parameters=lambda i: list(parameters[i]),
    )
