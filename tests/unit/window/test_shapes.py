"""What ids look like, what they are called, and the words of a line."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.window.shapes import name_of, shape_after, shape_of
from burl.window.words import anchors_of, word_after, words_of

UUIDS = ["05271ff6-6324-4b16-9166-676258e34d85", "47a1e8c4-b0da-4971-99bb-1a372b4ec33c"]


@pytest.mark.parametrize(
    ("words", "named"),
    [(["c-7ef1a4a1", "c-00b2c3d4"], True), (UUIDS, False), (["blk_-160899968", "blk_38865049"], True)],
)
def test_particular_ids_have_a_shape_that_finds_them_and_nothing_else(words: list[str], named: bool) -> None:
    shape = shape_of(words)
    assert (
        re.findall(shape.pattern, f"GET /x/{words[0]}/y [{words[1]}] 12345678 cc-7ef1a4a1 deadbeef") == words
    )
    assert shape.unnamed is not named


@pytest.mark.parametrize("words", [["10073", "10074"], ["ab12", "x-9-8"], ["a1", "a2"]])
def test_others_have_none(words: list[str]) -> None:
    assert not shape_of(words).pattern


@pytest.mark.parametrize(
    ("words", "before", "name"),
    [
        (["blk_12", "blk_-7"], [("Receiving block ", 9)], "blk"),
        (["12", "13"], [("/checkout/", 9), ("cart ", 5), ("for ", 8)], "cart"),
        (["12", "13"], [("TraceID: ", 9)], "traceid"),
        (["12", "13"], [("fulfil_order[", 90), ("queued job=", 9)], "job"),
        (["12", "13"], [("081109 203518 ", 9)], ""),
    ],
)
def test_names_come_from_the_ids_or_from_what_stands_before_them(
    words: list[str], before: list[tuple[str, int]], name: str
) -> None:
    assert name_of(words, before) == name


@pytest.mark.parametrize(
    ("name", "words", "text", "ids"),
    [
        (
            "order",
            ["998", "1002"],
            "order 10030: no stock in 998, border 1002; Order=999 order 7",
            ["10030", "999"],
        ),
        ("überweisung", ["4711", "4712"], "Fehler bei Überweisung 4713!", ["4713"]),
        (
            "trace_id",
            ["0af7651916cd43dd", "1bf7651916cd43dd"],
            '{"trace_id":"2bf7651916cd43dd"}',
            ["2bf7651916cd43dd"],
        ),
    ],
)
def test_ids_like_other_words_are_found_behind_their_name(
    name: str, words: list[str], text: str, ids: list[str]
) -> None:
    assert re.findall(shape_after(name, words), text, re.ASCII) == ids


@pytest.mark.parametrize(("name", "words"), [("", ["998", "1002"]), ("order", ["a1", "x-9-8"])])
def test_without_a_name_or_a_form_nothing_is_found(name: str, words: list[str]) -> None:
    assert not shape_after(name, words)


def test_a_parameter_is_widened_to_its_word() -> None:
    body = "cart c-7ef1a4a1: added 2 x (10558,420,2) for example.test."
    assert words_of(body, ["7ef1a4a1", "2", "10558,420,2"]) == [["c-7ef1a4a1"], ["2"], ["10558", "420", "2"]]


@given(st.text(), st.lists(st.text(min_size=1), max_size=4))
def test_any_text_has_words(body: str, parameters: list[str]) -> None:
    assert len(words_of(body, parameters)) == len(parameters)


def test_anchors_stand_before_the_word_of_each_parameter() -> None:
    anchors = anchors_of("<TIME> cart c-<*> for <*>: <*>")
    assert anchors == [" cart ", " for ", ": "]
    assert word_after("12:00 cart c-12ab for 7: x", anchors[0]) == "c-12ab"
    assert word_after("12:00 carts", anchors[0]) == ""
