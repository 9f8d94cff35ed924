"""The catalogue of templates: counts that add up, ids that a resend meets again."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from burl.decide import CatalogueEntry
from burl.decide.counts import TemplateCounts
from burl.parse import Catalogue
from burl.parse.catalogue import Template
from burl.receive.batch import Identity, StreamTable
from burl.window import Intervals, Record

SECOND_NS = 1_000_000_000
START_NS = 1_763_769_600 * SECOND_NS
END_NS = 1 << 62
Row = tuple[int, int, int, int]
"""Service, template, number of the interval, lines."""


class World:
    """Two services, three templates, intervals of ten seconds."""

    def __init__(self) -> None:
        self.catalogue, self.streams = Catalogue(), StreamTable()
        for number in range(3):
            self.catalogue.add(Template(f"id{number}", f"text {number} <*>", trained=number == 0))
        for name in ("cart", "order"):
            self.streams.add(Identity("shop", f"{name}-0", "app", name))

    def counts(self, seconds: float = 300.0) -> TemplateCounts:
        return TemplateCounts(seconds, self.catalogue, self.streams)

    def intervals(self, rows: list[Row]) -> Intervals:
        columns = np.asarray(rows, dtype=np.int64).reshape(-1, 4)
        return Intervals(
            catalogue=self.catalogue,
            interval_seconds=10.0,
            services=columns[:, 0],
            templates=columns[:, 1],
            starts_ns=START_NS + columns[:, 2] * 10 * SECOND_NS,
            counts=columns[:, 3],
            closed=[],
            record=lambda row: _record(rows[row]),
        )


def _record(row: Row) -> Record:
    return Record(f"uid{row[:3]}", f"text {row[3]}", START_NS, row[0], row[1])


def _of(entries: list[CatalogueEntry], kind: str) -> list[dict[str, Any]]:
    return [entry.document for entry in entries if entry.kind == kind]


def test_a_period_is_written_once_it_is_over() -> None:
    world = World()
    counts = world.counts()
    rows = [(0, 0, 0, 5), (0, 0, 29, 2), (1, 1, 3, 1)]
    assert counts.add(world.intervals(rows), START_NS + 300 * SECOND_NS) == []
    entries = counts.add(world.intervals([]), START_NS + 310 * SECOND_NS)
    assert [document["count"] for document in _of(entries, "template_count")] == [7, 1]
    first, second = _of(entries, "template")
    assert (first["service.name"], first["log.record.template"]) == ("cart", "text 0 <*>")
    assert (first["trained"], second["trained"]) == (True, False)
    assert (second["service.name"], second["log.record.original"]) == ("order", "text 1")
    assert first["@timestamp"] == "2025-11-22T00:00:00.000000000Z"
    assert first["last_seen"] == "2025-11-22T00:05:00.000000000Z"


def test_the_catalogue_is_told_again_after_an_hour_only() -> None:
    world = World()
    counts = world.counts()
    told = [
        len(_of(counts.add(world.intervals([(0, 0, number, 1)]), END_NS), "template"))
        for number in (0, 30, 300, 361, 400)
    ]
    assert told == [1, 0, 0, 1, 0]


def test_nothing_is_counted_where_it_is_turned_off() -> None:
    world = World()
    assert world.counts(0).add(world.intervals([(0, 0, 0, 5)]), END_NS) == []


_ROWS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 2), st.integers(0, 99), st.integers(1, 9)),
    unique_by=lambda row: row[:3],
)


@given(rows=_ROWS, cut=st.integers(0, 99))
def test_counts_add_up_and_a_restart_changes_nothing(rows: list[Row], cut: int) -> None:
    world = World()
    rows.sort(key=lambda row: row[2])
    parts = [row for row in rows if row[2] < cut], [row for row in rows if row[2] >= cut]
    whole, head, tail = world.counts(), world.counts(), world.counts()
    cut_ns = START_NS + cut * 10 * SECOND_NS
    expected = [*whole.add(world.intervals(parts[0]), cut_ns), *whole.add(world.intervals(parts[1]), END_NS)]
    found = head.add(world.intervals(parts[0]), cut_ns)
    tail.restore(head.state())
    found += tail.add(world.intervals(parts[1]), END_NS)
    counted = [entry.id for entry in found if entry.kind == "template_count"]
    assert counted == [entry.id for entry in expected if entry.kind == "template_count"]
    assert len(set(counted)) == len(counted)
    assert sum(document["count"] for document in _of(found, "template_count")) == sum(row[3] for row in rows)


def test_a_template_names_those_that_it_stands_for() -> None:
    world = World()
    older = {"old2": "id0", "old1": "id0", "other": "unheard-of"}
    counts = TemplateCounts(300.0, world.catalogue, world.streams, older)
    templates = _of(counts.add(world.intervals([(0, 0, 0, 1), (0, 1, 0, 1)]), END_NS), "template")
    assert [template.get("supersedes") for template in templates] == [["old1", "old2"], None]
