"""Times at the head of lines, in the forms that programs write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.receive.file_records import is_cri
from burl.receive.line_time import head_ns, rfc3339_ns

SECOND = 10**9
NOON = 1_795_348_800 * SECOND


@pytest.mark.parametrize(
    ("line", "time_ns"),
    [
        ("2026-11-22T12:00:00Z x", NOON),
        ("2026-11-22T13:00:00.25+01:00 x", NOON + SECOND // 4),
        ("[2026-11-22 12:00:00,001] x", NOON + 10**6),
        ("2026/11/22 12:00:00 [error] 1#1: x", NOON),
        ('10.0.0.1 - - [22/Nov/2026:13:00:00 +0100] "GET /"', NOON),
        ("17739:M 22 Nov 2026 12:00:00.329 * Ready", NOON + 329 * 10**6),
        ("[Sun Nov 22 12:00:00 2026] [error] x", NOON),
        ("261122 120000 147 INFO x", NOON),
        ("1795348800 2026.11.22 x", NOON),
        ("1795348800.5 x", NOON + SECOND // 2),
        ("2026-13-45T12:00:00Z x", None),
        ("12:00:00 no date", None),
        ("", None),
    ],
)
def test_times_at_the_head_of_lines(line: str, time_ns: int | None) -> None:
    assert head_ns(line) == time_ns


@given(st.text())
def test_any_line_is_looked_at_without_harm(line: str) -> None:
    assert head_ns(line) is None or isinstance(head_ns(line), int)
    assert not is_cri(line.encode("utf-8", "replace")) or rfc3339_ns(line) is not None
