"""A container's log as its runtime writes it (CRI), a line a millisecond."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate

BEGUN = datetime(2026, 11, 22, tzinfo=UTC)


def container_lines(numbers: range) -> list[str]:
    """Return the lines with these numbers; a line's time is its number in milliseconds after `BEGUN`."""
    return [
        f"{BEGUN + timedelta(milliseconds=number):%Y-%m-%dT%H:%M:%S.%f}000Z stdout F"
        f" request {number} served in {number % 17} ms\n"
        for number in numbers
    ]


def offsets(lines: list[str]) -> list[int]:
    """Return where in the file each line begins, in bytes."""
    return list(accumulate((len(line.encode()) for line in lines[:-1]), initial=0))
