"""States saved before the records of all units were saved together: each unit's own stood in it."""

from typing import Any

from burl.window.records import Records


def with_places(state: dict[str, Any], records: Records) -> dict[str, Any]:
    """Return such a state as it is saved now; what it holds is added to `records`."""
    first_ns, newest_ns, sessions = state["sessions"]
    senders, services = state["intervals"]
    return state | {
        "windows": [[*known, records.restore_each(held)] for *known, held in state["windows"]],
        "sessions": [
            first_ns,
            newest_ns,
            [
                [touched, number, ids, records.restore_each(held), *known]
                for touched, number, ids, held, *known in sessions
            ],
        ],
        "intervals": [
            [
                [*known, [[start, _interval(rows, records)] for start, rows in intervals]]
                for *known, intervals in senders
            ],
            services,
        ],
    }


def _interval(rows: list[list[Any]], records: Records) -> list[list[int]]:
    """Return the columns of an interval that was saved row by row."""
    numbers = [list(column) for column in zip(*(row[:-1] for row in rows), strict=True)] or [[], [], []]
    return [*numbers, records.restore_each(row[-1] for row in rows)]
