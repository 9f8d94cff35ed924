"""What stands for a line in the caches never changes its template."""

import random
import uuid
from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from burl.parse import Catalogue, MaskRule, Parser, ParseSettings
from burl.parse.cache import OPEN, Decisive, KeyCache
from burl.parse.keys import DIGITS, ID, UUID, Keys
from support.plain_parsing import cached, ids, uncached

HEX = "0123456789abcdef"
VALUES: dict[str, Callable[[random.Random], str]] = {
    "number": lambda rng: str(rng.randrange(10 ** rng.choice((1, 2, 3, 5, 8, 12)))),
    "status": lambda rng: rng.choice(("200", "404", "500", "7", "2000", "1")),
    "hexadecimal": lambda rng: "".join(rng.choices(HEX, k=rng.choice((4, 7, 8, 9, 10, 16, 32)))),
    "capitals": lambda rng: "".join(rng.choices(HEX.upper(), k=rng.choice((8, 12)))),
    "uuid": lambda rng: str(uuid.UUID(int=rng.getrandbits(128))),
    "nearly uuid": lambda rng: (
        f"c91576d{rng.choice(('e', 'e0017'))}-91dc-6f1e-445c-3f6a74c29f4{rng.choice(('7', '70', '701'))}"
    ),
    "pod": lambda rng: "-".join(
        "".join(rng.choices("bcdfx245679", k=k)) for k in (rng.choice((8, 9, 10)), 5)
    ),
}
TEXTS = (
    *(
        " ",
        "-",
        "_",
        ":",
        "=",
        '"',
        "/",
        ".",
        ",",
        "[",
        "]",
        "(",
        ")",
        "+",
        "T",
        "Z",
        "a",
        "f",
        "x",
        "@",
        "B",
    ),
    *(" INFO ", ' HTTP/1.1" ', " HTTP/", " status=", " status: ", " code: ", " exit ", "answered ", "errno="),
    *("req-", "web-", "c-", "0x", "@ex.com", " KB", " Nov ", "?a=", '="', "deadbeef", "cafe", "Error", ": "),
    *("2026-11-22 13:04:05", "2026-11-22T13:04:05Z ", "at ", "Mon, ", "12:", "-1", "\u00e9"),
)
SKELETONS = st.lists(st.sampled_from((*TEXTS, *VALUES, *VALUES)), min_size=2, max_size=8)


@given(SKELETONS, st.randoms(use_true_random=False))
def test_caches_change_no_template_whatever_the_values(skeleton: list[str], rng: random.Random) -> None:
    lines = ["".join(VALUES[part](rng) if part in VALUES else part for part in skeleton) for _ in range(24)]
    assert cached(lines, ParseSettings()) == uncached(lines, ParseSettings())


def test_rules_of_ones_own_hold_for_cached_lines_too() -> None:
    even = MaskRule(name="even", pattern=r"room \d*[02468]\b", replacement="<EVEN>", guard="room 0")
    settings = ParseSettings(masks=(even, *ParseSettings().masks))
    lines = [f"booked room {number} by req-{number:08x}" for number in range(40)] * 2
    assert cached(lines, settings) == uncached(lines, settings)
    assert len(set(cached(lines, settings))) == 2


def test_numbers_and_ids_leave_the_key_and_http_statuses_stay() -> None:
    lines = [
        "user 17 of req-1d83215953ac",
        "5f3a8c1e-9b2d-4c6f-8a1b-2c3d4e5f6a7b added 1, dead 22",
        'GET /12 HTTP/1.1" 200 590',
        "",
    ]
    keys = Keys(lines)
    assert keys.keys == [
        b"user %b of req-%b" % (DIGITS, ID),
        b"%b added %b, dead %b" % (UUID, DIGITS, DIGITS),
        b'GET /%b HTTP/1.1" 200 %b' % (DIGITS, DIGITS),
        b"",
    ]
    assert keys.bare()[::3] == [b"user 17 of req-%b" % ID, b""]


@given(st.lists(SKELETONS, max_size=12), st.randoms(use_true_random=False))
def test_the_key_of_a_line_does_not_depend_on_the_others(
    skeletons: list[list[str]], rng: random.Random
) -> None:
    lines = ["".join(VALUES[part](rng) if part in VALUES else part for part in parts) for parts in skeletons]
    assert Keys(lines).keys == [key for line in lines for key in Keys([line]).keys]


def test_digits_and_ids_are_known_by_where_they_begin() -> None:
    lines = [
        "user 17 of req-1d83215953ac",
        "5f3a8c1e-9b2d-4c6f-8a1b-2c3d4e5f6a7b added 1",
        'GET /12 HTTP/1.1" 200 590',
        "",
        "12345678a1 3",
    ]
    keys = Keys(lines)
    assert keys.stretches([0, 1, 2], np.array([[0, 2, 0]])) == [[b"17", b"1", b"12"]]
    assert keys.stretches([1, 0], np.array([[2], [0]])) == [
        [b"1", b"1d83215953ac"],
        [b"5f3a8c1e-9b2d-4c6f-8a1b-2c3d4e5f6a7b", b"17"],
    ]
    assert keys.stretches([2], np.array([[2], [0]])) == [[b"590"], [b"12"]]
    assert keys.keys[4] == b"%b%b %b" % (DIGITS, ID, DIGITS)
    assert keys.stretches([4], np.array([[0], [1], [3]])) == [[b"1"], [b"2345678a1"], [b"3"]]


def test_caches_are_bounded() -> None:
    cache = KeyCache(10)
    for number in range(1_000):
        key = str(number).encode()
        cache.note_code(key, OPEN)
        cache.decisive[key] = Decisive((0,))
        cache.note_exact((key, b"1"), number)
        cache.note_text(key.decode(), number)
        sizes = [len(cache.codes), len(cache.exact), len(cache.texts), len(cache.decisive)]
        assert max(sizes) <= 10
    assert b"1" not in cache.decisive


def test_a_flood_of_tokens_changes_nothing_for_others() -> None:
    settings = ParseSettings(max_cache_entries=50, churn_burst=5)
    rng = random.Random(1)
    catalogue = Catalogue()
    parser = Parser(settings, catalogue)
    usual = [f"order {number} paid by req-{number:012x}" for number in range(50)]
    first = ids(parser, catalogue, usual, [0] * 50)
    for _ in range(20):
        flood = ["".join(rng.choices("ghijk lmnop", k=30)) for _ in range(200)]
        ids(parser, catalogue, flood, [1] * 200)
    assert ids(parser, catalogue, usual, [0] * 50) == first
