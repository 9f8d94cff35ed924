import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.parse.continuation import Continuations, Shape, shape
from burl.parse.masks import Masker


def marks(text: str, decider: Continuations | None = None) -> str:
    """One letter a line: R for the start of a record, c for a continuation."""
    decider = decider or Continuations(10)
    shapes = [shape(Masker.key(line).decode()) for line in text.split("\n")]
    return "".join("R" if decider.starts(one, 0) else "c" for one in shapes)


PYTHON = """2026-11-22 13:10:49,597 ERROR [shop.web] unhandled error in GET /
Traceback (most recent call last):
  File "/app/shop/db.py", line 7, in fetch
    cursor.execute(statement)
psycopg2.errors.LockNotAvailable: canceling statement due to lock timeout
LINE 1: SELECT id FROM products
               ^

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/shop/web.py", line 3, in view
sqlalchemy.exc.OperationalError: (psycopg2.errors.LockNotAvailable)
[SQL: SELECT id FROM products]
(Background on this error at: https://sqlalche.me/e/20/e3q8)
2026-11-22 13:10:49,700 INFO [shop.web] ready"""

PYTHON_WITHOUT_HEADS = """starting
Traceback (most recent call last):
  File "x.py", line 1, in <module>
KeyError: 'vat'
stopping"""

JAVA = """2026-11-22 13:10:49 WARN  c.e.Foo - request failed
java.lang.IllegalStateException: no session
\tat com.example.Foo.bar(Foo.java:12)
\tat com.example.Foo.main(Foo.java:3)
Caused by: java.io.IOException: Broken pipe
\t... 12 more
2026-11-22 13:10:50 INFO  c.e.Foo - next"""

GO = """serving on :8080
panic: runtime error: index out of range

goroutine 1 [running]:
main.handle(...)
\t/app/main.go:12 +0x1d
main.main()
\t/app/main.go:5 +0x20
exit status 2"""

POSTGRES = """2026-11-22 13:20:03.733 UTC [9569] batch@shop ERROR:  deadlock detected
2026-11-22 13:20:03.733 UTC [9569] batch@shop DETAIL:  Process 9569 waits for ShareLock on transaction 5612.
\tProcess 9564 waits for ShareLock on transaction 5613.
2026-11-22 13:20:03.733 UTC [9569] batch@shop HINT:  See server log for query details.
2026-11-22 13:20:03.733 UTC [9569] batch@shop STATEMENT:  UPDATE inventory SET qty=1
2026-11-22 13:20:03.800 UTC [9570] shop_api@shop LOG:  statement: SELECT 'DETAIL:  x'"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (PYTHON, "R" + "c" * 14 + "R"),
        (PYTHON_WITHOUT_HEADS, "RcccR"),
        (JAVA, "RcccccR"),
        (GO, "RRccccccc"),
        (POSTGRES, "RccccR"),
        ("a plain line\nanother\n\nand one more", "RRcR"),
        ("[2026-11-22 13:10:49,597: WARNING/Main] DeprecationWarning:\nIn 5.1 we changed\nthis", "Rcc"),
        ("INFO: up\n  banner\nmore banner\nKilled", "RccR"),
        ("INFO: fine\nplain words after a calm record", "RR"),
        ("    indented from the start\nx", "RR"),
    ],
)
def test_tells_records_from_their_continuations(text: str, expected: str) -> None:
    assert marks(text) == expected


def test_streams_do_not_disturb_each_other() -> None:
    decider = Continuations(10)
    trace, plain = shape("Traceback (most recent call last):"), shape("plain")
    assert decider.starts(plain, 1)
    assert decider.starts(plain, 2)
    assert not decider.starts(trace, 1)
    assert decider.starts(plain, 2)
    assert not decider.starts(plain, 1)


def test_forgets_the_oldest_streams_beyond_its_limit() -> None:
    decider = Continuations(2)
    for stream in range(5):
        decider.starts(shape("INFO: x"), stream)
    assert list(decider.states) == [3, 4]


def test_restores_an_open_trace() -> None:
    first, second = Continuations(10), Continuations(10)
    marks("\n".join(PYTHON.split("\n")[:3]), first)
    second.restore(first.state())
    rest = "\n".join(PYTHON.split("\n")[3:])
    assert marks(rest, second) == marks(rest, first) == "c" * 12 + "R"


LINES = st.lists(st.tuples(st.sampled_from(Shape), st.integers(0, 3)), max_size=40)


@given(st.lists(LINES, max_size=3), st.sampled_from([1, 2, 100]))
def test_many_lines_at_once_are_what_they_are_one_by_one(
    batches: list[list[tuple[Shape, int]]], max_streams: int
) -> None:
    at_once, one_by_one = Continuations(max_streams), Continuations(max_streams)
    for lines in batches:
        shapes = np.array([shape for shape, _ in lines], dtype=np.int64)
        streams = np.array([stream for _, stream in lines], dtype=np.int64)
        expected = [one_by_one.starts(shape, stream) for shape, stream in lines]
        assert at_once.records(shapes, streams).tolist() == expected
        assert at_once.state() == one_by_one.state()
