import pytest

from bench.__main__ import main
from bench.annotated import Spent, of_an_annotation
from bench.lines import Line, Log, shop
from bench.requests import Form, requests
from bench.results import PATH
from burl.receive.batch import StreamTable
from burl.receive.otlp import Decoder
from burl.receive.settings import ReceiveSettings

LINES = 700


def _decoded(form: Form) -> list[tuple[str, str]]:
    """Stream and body of each record, as the agent understands the bench's requests."""
    streams = StreamTable()
    decoder = Decoder(ReceiveSettings(), streams)
    return [
        (streams.identity(int(batch.streams[row])).stream, body)
        for raw in requests(shop().fresh(LINES), form)
        for batch in decoder.decode(raw, "sender", 0)
        for row, body in enumerate(batch.bodies)
    ]


def test_both_forms_of_requests_say_the_same() -> None:
    expected = sorted(("/".join(line.stream), line.body) for line in shop().fresh(LINES))
    assert sorted(_decoded(Form())) == expected
    assert sorted(_decoded(Form(records=300, attributes="kubernetes", extra=2))) == expected


def test_lines_are_the_same_for_a_seed_and_fresh_at_each_repetition() -> None:
    lines = [
        Line(f"order {number} took 12 ms", number, ("a", "b", "c")) for number in range(10**15, 10**15 + 50)
    ]
    first, second = ([line.body for line in Log("orders", [], lines).fresh(100, seed=3)] for _ in range(2))
    assert first == second
    assert not set(first[:50]) & set(first[50:])
    assert all(body.startswith("order ") and body.endswith(" took 12 ms") for body in first)


def test_an_annotation_takes_what_more_of_them_cost_more() -> None:
    few, many = Spent(cost=5.0, annotated=0.002), Spent(cost=7.0, annotated=0.022)
    assert of_an_annotation(few, many) == pytest.approx(100.0)


@pytest.mark.slow
def test_the_quick_form_measures_and_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    before = PATH.read_bytes() if PATH.exists() else None
    main(
        ["--quick", "--lines", "3000", "--rounds", "1"]
    )  # its code is not asserted: it depends on the machine's mood
    said = capsys.readouterr().out
    assert "end_to_end/shop" in said
    assert "ratio/shop, drain3_masked" in said
    assert "rooms/parse" in said
    assert "memory/before the first line (PSS)" in said
    assert "health/longest" in said
    assert (PATH.read_bytes() if PATH.exists() else None) == before
