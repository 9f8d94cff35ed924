from typing import Any

import pytest

from burl.clock import SystemClock
from burl.decide import Findings
from burl.decide.times import rfc3339
from burl.errors import NotThereError
from burl.feedback import Desk, Verdict
from burl.feedback.comparison import Comparison, compare
from burl.write.counters import WriteCounters
from burl.write.settings import SqliteSettings
from burl.write.sqlite import SqliteStore
from support.samples import annotation
from support.shadow_documents import HOUR_SECONDS, of_challenger, of_champion, run


@pytest.fixture
def store(tmp_path: Any) -> SqliteStore:
    return SqliteStore(SqliteSettings(path=tmp_path / "burl.sqlite"), SystemClock(), WriteCounters())


def compared(store: SqliteStore, supersedes: dict[str, str] | None = None) -> Comparison:
    return compare(store, Desk(store, SystemClock()), "new", supersedes or {})


def test_a_challenger_that_saw_nothing_cannot_be_compared(store: SqliteStore) -> None:
    for documents in ([], [run("a", 0, 0, data_end_time=rfc3339(0))]):
        store.put_shadow(documents)
        with pytest.raises(NotThereError, match="seen nothing"):
            compared(store)


def test_what_both_found_and_what_one_alone(store: SqliteStore) -> None:
    day = 24 * HOUR_SECONDS
    store.put_shadow([run("a", 0, day // 2), run("b", day // 4, day), of_challenger(10), of_challenger(9000)])
    store.write(Findings([of_champion(30), of_champion(20_000), of_champion(day + 5), annotation(40)]))
    found = compared(store).to_json()
    assert found["seconds_of_logs"] == day
    champion, challenger = found["champion"], found["challenger"]
    assert (champion["incidents"], champion["incidents_of_both"]) == (2, 1)
    assert (challenger["incidents"], challenger["incidents_of_both"]) == (2, 1)
    assert [one["@timestamp"] for one in champion["alone"]] == [of_champion(20_000).document["@timestamp"]]
    assert [one["@timestamp"] for one in challenger["alone"]] == [of_challenger(9000)["@timestamp"]]
    assert champion["false_alarms_a_day_at_least"] == 0
    assert champion["false_alarms_a_day_at_most"] == pytest.approx(2)
    assert challenger["cpu_microseconds_a_record"] == pytest.approx(500)
    assert champion["cpu_microseconds_a_record"] == pytest.approx(100)


def test_who_agrees_with_people(store: SqliteStore) -> None:
    desk = Desk(store, SystemClock())
    right = of_champion(10, **{"log.template.id": "right"})
    wrong = of_champion(5000, **{"log.template.id": "wrong"})
    gone = of_champion(9000, **{"log.template.id": "gone"})
    store.write(Findings([right, wrong, gone]))
    desk.give(Verdict("anomaly"), right.document)
    desk.give(Verdict("anomaly"), of_champion(10_000_000).document)
    desk.give(Verdict("normal"), wrong.document)
    desk.give(Verdict("normal"), gone.document)
    desk.give(Verdict("normal", note="said twice"), gone.document)
    desk.missed(Verdict("missed"), "the disk burns")
    store.put_shadow(
        [
            run("a", 0, HOUR_SECONDS * 24),
            of_challenger(10),
            of_challenger(5003, **{"log.template.id": "newer"}),
            of_challenger(7000, **{"log.record.original": "the disk burns"}),
        ]
    )
    found = compared(store, {"wrong": "newer"}).to_json()
    assert found["champion"]["agreement"] == {
        "anomaly": 1,
        "anomalies": 1,
        "normal": 0,
        "normals": 2,
        "missed": 0,
        "misses": 1,
    }
    assert found["challenger"]["agreement"] == {
        "anomaly": 1,
        "anomalies": 1,
        "normal": 1,
        "normals": 2,
        "missed": 1,
        "misses": 1,
    }
    assert found["champion"]["incidents_called_normal"] == 2
    assert found["challenger"]["incidents_called_normal"] == 1
    assert found["challenger"]["false_alarms_a_day_at_least"] == pytest.approx(1)
    assert found["challenger"]["false_alarms_a_day_at_most"] == pytest.approx(2)


def test_what_is_hidden_was_found_by_the_champion(store: SqliteStore) -> None:
    desk = Desk(store, SystemClock())
    given = desk.give(Verdict("normal"), of_champion(10).document)
    store.put_shadow([run("a", 0, HOUR_SECONDS, **{"burl.shadow.champion_hidden": [given["id"]]})])
    found = compared(store).to_json()
    assert (found["champion"]["agreement"]["normal"], found["challenger"]["agreement"]["normal"]) == (0, 1)


def test_what_is_found_while_learning_does_not_count(store: SqliteStore) -> None:
    store.put_shadow([run("a", 0, HOUR_SECONDS), of_challenger(10, learning=True)])
    store.write(Findings([of_champion(10, learning=True)]))
    found = compared(store).to_json()
    assert found["champion"]["findings"] == found["challenger"]["findings"] == 0
