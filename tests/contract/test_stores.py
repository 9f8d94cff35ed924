"""What every store owes to those who read it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from burl.clock import SystemClock
from burl.decide import Findings
from burl.errors import Permanent
from burl.write import Counters, Store, WriteSettings, make_store
from burl.write.settings import SqliteSettings
from support.retries import SEEDED
from support.samples import SECOND_NS, START_NS, annotation, dead_letter, incident


@dataclass
class Shelf:
    """A store; `settle` makes what was written visible to readers; `reopen` is another process's view."""

    store: Store
    settle: Callable[[], object]
    reopen: Callable[[], Store]


def _made(settings: WriteSettings) -> Store:
    counters: Counters = {}
    return make_store(settings, SystemClock(), SEEDED, counters)


@pytest.fixture(params=["sqlite", pytest.param("opensearch", marks=pytest.mark.integration)])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    if request.param == "sqlite":
        settings = WriteSettings(sqlite=SqliteSettings(path=tmp_path / "state" / "burl.sqlite"))
        settle: Callable[[], object] = list
    else:
        settings = WriteSettings(store="opensearch", opensearch=request.getfixturevalue("installed"))
        client = request.getfixturevalue("client")
        settle = partial(client.indices.refresh, index=f"{settings.opensearch.prefix}_*")
    opened: list[Store] = []

    def open_store() -> Store:
        opened.append(_made(settings))
        return opened[-1]

    yield Shelf(open_store(), settle, open_store)
    for store in opened:
        store.close()


def test_annotations_come_oldest_first_and_to_the_nanosecond(shelf: Shelf) -> None:
    shelf.store.write(Findings(annotations=[annotation(n) for n in (3, 1, 2)]))
    shelf.settle()
    assert shelf.store.annotations() == [annotation(n).document for n in (1, 2, 3)]
    late = shelf.store.annotations(since_ns=START_NS + SECOND_NS + 1)
    assert late == [annotation(n).document for n in (2, 3)]


def test_annotations_of_one_incident(shelf: Shelf) -> None:
    shelf.store.write(Findings(annotations=[annotation(n, incident_id=f"i{n % 2}") for n in range(6)]))
    shelf.settle()
    found = shelf.store.annotations(incident_id="i1")
    assert [document["anomaly_id"] for document in found] == [annotation(n).id for n in (1, 3, 5)]


def test_one_annotation_by_its_id(shelf: Shelf) -> None:
    shelf.store.write(Findings(annotations=[annotation(n) for n in range(3)]))
    shelf.settle()
    assert shelf.store.annotations(anomaly_id=annotation(1).id) == [annotation(1).document]
    assert shelf.store.annotations(anomaly_id=annotation(1).id, incident_id="other") == []


def test_a_limit_beyond_one_page(shelf: Shelf) -> None:
    shelf.store.write(Findings(annotations=[annotation(n) for n in range(2345)]))
    shelf.settle()
    assert len(shelf.store.annotations(limit=10_000)) == 2345
    assert shelf.store.annotations(limit=1500) == [annotation(n).document for n in range(1500)]


def test_months_are_one_timeline(shelf: Shelf) -> None:
    months_apart = [annotation(n) for n in (0, 40 * 86_400)]
    shelf.store.write(Findings(annotations=months_apart))
    shelf.settle()
    assert shelf.store.annotations() == [one.document for one in months_apart]


def test_the_newest_version_of_an_incident_stays(shelf: Shelf) -> None:
    for version in (1, 3, 2, 3):
        shelf.store.write(Findings(incidents=[incident(1, version)]))
    shelf.store.write(Findings(incidents=[incident(2)]))
    shelf.settle()
    assert shelf.store.incidents() == [incident(2).document, incident(1, 3).document]
    assert shelf.store.incidents(since_ns=incident(2).time_ns, limit=5) == [incident(2).document]


def test_dead_letters_can_be_read(shelf: Shelf) -> None:
    shelf.store.write(Findings(dead_letters=[dead_letter(1), dead_letter(2), dead_letter(1)]))
    shelf.settle()
    assert shelf.store.dead_letters() == [dead_letter(2).document, dead_letter(1).document]


def test_verdicts_are_a_history(shelf: Shelf) -> None:
    given = [
        {"id": f"v{n}", "@timestamp": annotation(n).document["@timestamp"], "verdict": "no"} for n in (1, 2)
    ]
    for verdict in (*given, given[0]):
        shelf.store.add_verdict(verdict)
    shelf.settle()
    assert shelf.store.verdicts() == [given[1], given[0]]


def test_suppressions_are_replaced_one_version_after_the_other(shelf: Shelf) -> None:
    assert shelf.store.suppressions() == (0, [])
    rules: list[dict[str, Any]] = [
        {"template": "a", "until": None},
        {"service": "cart", "nested": {"any": [1, "x"]}},
    ]
    shelf.store.put_suppressions(1, rules)
    for wrong in (1, 3):
        with pytest.raises(Permanent):
            shelf.store.put_suppressions(wrong, [])
    assert shelf.store.suppressions() == (1, rules)
    shelf.store.put_suppressions(2, [])
    assert shelf.store.suppressions() == (2, [])


def test_another_process_finds_it_all(shelf: Shelf) -> None:
    shelf.store.write(Findings([annotation(1)], [incident(1)], [dead_letter(1)]))
    shelf.store.put_suppressions(1, [{"template": "a"}])
    shelf.settle()
    other = shelf.reopen()
    assert other.annotations() == [annotation(1).document]
    assert other.incidents() == [incident(1).document]
    assert other.dead_letters() == [dead_letter(1).document]
    assert other.suppressions() == (1, [{"template": "a"}])


def test_what_a_challenger_found_lies_apart(shelf: Shelf) -> None:
    def found(number: int, challenger: str, **changes: Any) -> dict[str, Any]:
        stamp = {"id": f"{challenger}{number}", "burl.shadow.challenger": challenger}
        return annotation(number).document | stamp | {"burl.shadow.document": "finding"} | changes

    shelf.store.put_shadow([])
    shelf.store.put_shadow([found(2, "a"), found(1, "a"), found(40 * 86_400, "a"), found(1, "b")])
    shelf.store.put_shadow([found(2, "a", anomaly_grade=0.9)])
    shelf.settle()
    expected = [found(1, "a"), found(2, "a", anomaly_grade=0.9), found(40 * 86_400, "a")]
    assert shelf.reopen().shadow("a") == expected
    assert shelf.store.shadow("a", limit=1) == expected[:1]
    assert shelf.store.shadow("b") == [found(1, "b")]
    assert shelf.store.annotations() == []
