from collections.abc import Sequence

import msgpack
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from burl.parse import CONTINUATION, Catalogue, Parser, ParseSettings, TemplateSet, train_templates

ACCESS = '127.0.0.%d - - [22/Nov/2026:13:04:21 +0000] "%s HTTP/1.1" %d 590 "-" "%s"'
LINES = [
    ACCESS % (1, "GET /products/7", 200, "curl/8.1"),
    ACCESS % (2, "GET /products/81", 500, "Mozilla/5.0 (X11; Linux)"),
    ACCESS % (9, "POST /checkout/c-3c516083/address", 200, "curl/8.1"),
    ACCESS % (9, "POST /checkout/c-3c516083/payment", 200, "curl/8.1"),
    "2026-11-22 13:10:33,281 INFO [shop.cart] [req-1d83215953ac] cart c-2460ab25: added 1 x sku=196",
    "2026-11-22 13:10:33,290 INFO [shop.cart] [req-2d83215953ac] cart c-2460ab26: added 3 x sku=7",
    "2026-11-22 13:10:34,281 ERROR [shop.web] [req-1d83215953ac] unhandled error in GET /products/7",
    "Traceback (most recent call last):",
    "  File x",
    "KeyError: 'vat'",
]
WORDS = st.sampled_from(
    [
        "started",
        "stopped",
        "user",
        "7",
        "12",
        "333",
        "alpha",
        "beta",
        "error",
        'HTTP/1.1" 200',
        "status=503",
        "a1",
        "x=y",
        "x=3",
    ]
)
BODIES = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), max_size=40)


def streams(bodies: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.zeros(len(bodies), dtype=np.int64)


def ids(parser: Parser, catalogue: Catalogue, bodies: list[str]) -> list[str]:
    return [
        "" if index < 0 else catalogue[index].id for index in parser.parse(bodies, streams(bodies)).tolist()
    ]


def parse_one_by_one(bodies: list[str], settings: ParseSettings) -> list[str]:
    catalogue = Catalogue()
    parser = Parser(settings, catalogue)
    return [ids(parser, catalogue, [body])[0] for body in bodies]


def test_status_and_route_tell_templates_apart_and_ids_do_not() -> None:
    catalogue = Catalogue()
    found = Parser(ParseSettings(), catalogue).parse(LINES, streams(LINES)).tolist()
    assert found[:4] == [0, 1, 2, 3]
    assert found[4] == found[5]
    assert found[7:] == [CONTINUATION] * 3
    assert (
        catalogue[found[2]].text
        == '<*> - - [<TIME>] "POST /checkout/c-<*>/address HTTP/1.1" 200 <*> "-" "<*>"'
    )


def test_gives_the_parameters_of_a_line_in_order() -> None:
    catalogue = Catalogue()
    parser = Parser(ParseSettings(), catalogue)
    found = parser.parse(LINES, streams(LINES)).tolist()
    assert parser.parameters(LINES[5], found[5]) == ("2d83215953ac", "2460ab26", "3", "7")
    assert parser.parameters(LINES[1], found[1]) == ("127.0.0.2", "81", "590", "Mozilla/5.0 (X11; Linux)")


def test_parameters_of_trained_wildcards_are_whole_tokens() -> None:
    names = ["Lyon", "Porto", "Gent", "Oslo", "Bern", "Rome"]
    lines = [f"order {number} shipped to {name} by van city={name}" for number, name in enumerate(names)]
    catalogue = Catalogue()
    parser = Parser(ParseSettings(), catalogue, train_templates(lines, ParseSettings()))
    assert [template.text for template in catalogue] == ["order <*> shipped to <*> by van city=<*>"]
    assert parser.parameters("order 77 shipped to Graz by van city=Wien", 0) == ("77", "Graz", "Wien")


def test_frozen_templates_never_generalise() -> None:
    frozen = train_templates(["disk sda is full", "disk sda is slow"], ParseSettings())
    catalogue = Catalogue()
    found = ids(
        Parser(ParseSettings(), catalogue, frozen), catalogue, ["disk sda is full", "disk sda is gone"]
    )
    assert found[0] in frozen.templates
    assert found[1] not in frozen.templates
    assert catalogue[catalogue.index(found[1])].text == "disk sda is gone"


@given(BODIES)
def test_caches_and_slices_change_nothing(bodies: list[str]) -> None:
    settings = ParseSettings(max_remembered_lines=5)
    catalogue = Catalogue()
    at_once = ids(Parser(settings, catalogue), catalogue, bodies)
    assert at_once == parse_one_by_one(bodies, settings)
    assert at_once == parse_one_by_one(bodies, settings.model_copy(update={"max_cache_entries": 1}))


@given(BODIES, BODIES)
def test_a_restored_parser_goes_on_as_if_nothing_had_happened(before: list[str], after: list[str]) -> None:
    settings = ParseSettings(churn_burst=6, churn_lines=3)
    catalogue = Catalogue()
    parser = Parser(settings, catalogue)
    ids(parser, catalogue, before)
    saved = msgpack.unpackb(msgpack.packb([catalogue.state(), parser.state()]))
    other = Catalogue()
    other.restore(saved[0])
    restored = Parser(settings, other)
    restored.restore(saved[1])
    assert ids(restored, other, after) == ids(parser, catalogue, after)
    assert restored.state() == parser.state()


def test_random_lines_share_one_overflow_template() -> None:
    settings = ParseSettings(churn_burst=10, churn_lines=100)
    catalogue = Catalogue()
    parser = Parser(settings, catalogue)
    words = [f"{a}{b} {c}{a} {b}{c}" for a in "qwrt" for b in "zxvn" for c in "klmp"]
    parser.parse(words, streams(words))
    assert len(catalogue) == 11
    assert catalogue[10].text == "<*>"
    assert parser.refused == len(words) - 10


def test_odd_bodies_are_parsed_like_all_others() -> None:
    bodies = [
        "",
        "\x00\x00",
        "x" * 1_000_000,
        "é" * 5_000,
        "first line\nsecond line",
        "<*> <TIME>",
        "= == a=",
    ]
    catalogue = Catalogue()
    parser = Parser(ParseSettings(), catalogue)
    found = parser.parse(bodies, streams(bodies)).tolist()
    assert found[0] == CONTINUATION
    assert all(index >= 0 for index in found[1:])
    assert catalogue[found[4]].text == "first line"
    for body, index in zip(bodies[1:], found[1:], strict=True):
        assert len(parser.parameters(body, index)) == catalogue[index].text.count("<*>")


def test_another_template_set_takes_over_while_running() -> None:
    settings = ParseSettings()
    catalogue = Catalogue()
    parser = Parser(settings, catalogue)
    online = ids(parser, catalogue, ["user ada logged in from home"])
    lines = [f"user {name} logged in from home" for name in ("ada", "eve", "bob", "kim", "joe", "sue")]
    frozen = train_templates(lines, settings).superseding(catalogue)
    parser.adopt(frozen)
    trained = ids(parser, catalogue, lines[:1])
    assert trained != online
    assert frozen.supersedes == {online[0]: trained[0]}


def test_training_makes_a_known_template_trained() -> None:
    catalogue = Catalogue()
    parser = Parser(ParseSettings(), catalogue)
    parser.parse(["ready"], streams(["ready"]))
    parser.adopt(TemplateSet.of(["ready"], ParseSettings()))
    assert [template.trained for template in catalogue] == [True]
