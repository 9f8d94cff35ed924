import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from burl.receive.batch import Identity, Ints, StreamTable
from burl.receive.stream_table import OVERFLOW

SECOND_NS = 10**9


def pod(number: int, workload: str = "api") -> Identity:
    return Identity("shop", f"{workload}-{number}", "main", workload)


def ints(*values: int) -> Ints:
    return np.array(values, dtype=np.int64)


def test_streams_of_a_workload_share_their_service() -> None:
    table = StreamTable()
    first, second, other = table.add(pod(1)), table.add(pod(2)), table.add(pod(1, "worker"))
    assert len({first, second, other}) == 3
    services = table.services_of(ints(first, second, other, first)).tolist()
    assert services[0] == services[1] == services[3] != services[2]
    assert table.service_name(services[0]) == "shop/api/main"
    assert table.service("shop/worker/main") == services[2]


def test_a_flood_changes_nothing_for_those_that_are_known() -> None:
    table = StreamTable(max_streams=2)
    known = [table.add(pod(1)), table.add(pod(2))]
    flood = {table.add(pod(number, f"flood{number}")) for number in range(3, 1000)}
    assert flood == {table.overflow}
    assert table.overflowed == 997
    assert [table.add(pod(1)), table.add(pod(2))] == known
    assert table.identity(table.overflow) == OVERFLOW
    assert len(table) == 2


def test_a_flood_leaves_places_for_the_rollout_of_a_known_service() -> None:
    table = StreamTable(max_streams=8)
    table.add(pod(1))
    for number in range(2, 1000):
        table.add(pod(number, f"flood{number}"))
    rolled_out = table.add(pod(5000))
    assert rolled_out != table.overflow
    assert table.identity(rolled_out) == pod(5000)


def test_a_flood_of_one_namespace_leaves_places_for_new_services_of_others() -> None:
    table = StreamTable(max_streams=80)
    for number in range(1000):
        table.add(Identity("flood", f"pod-{number}", "main", f"workload-{number}"))
    assert len(table) == 30
    assert table.add(pod(1)) != table.overflow


def test_a_service_that_a_bundle_knows_finds_a_place_whoever_floods() -> None:
    table = StreamTable(max_streams=80)
    table.expect(frozenset({"shop/api/main"}))
    for number in range(1000):
        table.add(Identity(f"flood-{number}", "pod", "main", "workload"))
    assert len(table) == 60
    assert table.add(pod(1)) != table.overflow
    assert table.add(pod(2, "worker")) == table.overflow


def test_what_was_silent_for_long_makes_room_and_is_still_known_by_its_index() -> None:
    table = StreamTable(max_streams=2, memory_seconds=60)
    table.expect(frozenset({"shop/worker/main"}))
    silent, alive = table.add(pod(1)), table.add(pod(2, "worker"))
    table.touch([silent, alive], SECOND_NS)
    table.touch([alive], 62 * SECOND_NS)
    new = table.add(pod(3, "batch"))
    assert new not in {silent, alive, table.overflow}
    assert table.identity(silent) == pod(1)
    assert table.add(pod(1)) == table.overflow
    assert table.add(pod(2, "worker")) == alive


def test_what_is_long_forgotten_is_still_answered_for() -> None:
    table = StreamTable(max_streams=1, memory_seconds=1)
    first = table.add(pod(0, "w0"))
    service = int(table.services_of(ints(first))[0])
    for number in range(1, 10):
        table.touch([], number * 10 * SECOND_NS)
        table.add(pod(number, f"w{number}"))
    assert table.identity(first) == OVERFLOW
    assert table.service_name(service) == OVERFLOW.service
    assert table.services_of(ints(first)).shape == (1,)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 5)), max_size=80), st.integers(0, 80))
def test_a_restored_table_goes_on_as_the_one_it_was_saved_of(steps: list[tuple[int, int]], cut: int) -> None:
    def go(table: StreamTable, part: list[tuple[int, int]], now: int) -> tuple[list[int], int]:
        given_out = []
        for number, seconds in part:
            now += seconds * SECOND_NS
            index = table.add(pod(number, f"w{number % 5}"))
            table.touch([index], now)
            given_out.append(index)
        return given_out, now

    table = StreamTable(max_streams=4, memory_seconds=6)
    _, now = go(table, steps[:cut], 0)
    again = StreamTable(max_streams=4, memory_seconds=6)
    again.restore(table.state())
    assert go(again, steps[cut:], now) == go(table, steps[cut:], now)
    assert again.state() == table.state()
    assert len(table) <= 4
    assert len(table.state()["retired"]) <= 5
    assert len(table.state()["services"]) <= 9
