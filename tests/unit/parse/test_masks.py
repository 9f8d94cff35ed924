import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.parse import ParseSettings
from burl.parse.masks import Masker, masking_version
from burl.parse.settings import MaskRule

DEFAULT = ParseSettings()
MASKER = Masker(DEFAULT.masks)

FRAGMENTS = st.sampled_from(
    """7|31|404|1024|123456|20261122|abc|c-3c516083|deadbeef|fdcdbbcc-4a1b-4c2d-8e3f-001122334455
    10.0.0.1:5432|2026-11-22T13:10:33.281Z|22 Nov 2026 12:58:58.729
    Sun Jul 24 02:38:22 2005|u1@x.test|HTTP/1.1|HTTP/1.1" 500
    status=503|exit code 137|signal 9|worker12|v1|5m30s|0x7f0a|blk_-35|" "Mozilla/5.0 (X11)"|?q=box&page=2
    shop-worker-34a07058b-6qclb|e1|12a|a1b|ü²|<*>||\t|é""".replace("\n    ", "|").split("|")
)
JOINTS = st.sampled_from([" ", "", "/", "-", "=", ":", "_", "[", '"', ".", ","])
BODIES = st.lists(st.tuples(FRAGMENTS, JOINTS), max_size=8).map(
    lambda pairs: "".join(text + joint for text, joint in pairs)
)


def put_back(masked: str, values: list[str]) -> str:
    parts = masked.split("<*>")
    assert len(parts) == len(values) + 1
    return "".join(part + value for part, value in zip(parts, [*values, ""], strict=True))


@pytest.mark.parametrize(
    ("body", "masked"),
    [
        ("Accepted 127.0.0.1:39340", "Accepted <*>"),
        ("job=c9173e2c-66e4-4f8f-a178-da77d3c8672a done", "job=<*> done"),
        ("job=fdcdbbcc-66e4-4f8f-a178-da77d3c8672a done", "job=<*> done"),
        ("cart c-3c516083 of req-02a58bb4310e, c-bbdbaccd", "cart c-<*> of req-<*>, c-<*>"),
        ("mail to u83084691@example.test in 27ms", "mail to <*> in <*>ms"),
        ("blk_-3594701313167635091 boot = -85", "blk_<*> boot = <*>"),
        ("reserved in WH-3, waited 5m30s", "reserved in WH-<*>, waited <*>"),
        ("at Sun Jul 24 02:38:22 2005", "at <TIME>"),
        ("[2026-11-22 13:21:29,376: INFO/MainProcess] x", "[<TIME>: INFO/MainProcess] x"),
        ("POST /checkout/c-c99f7547/payment HTTP/1.1", "POST /checkout/c-<*>/payment HTTP/1.1"),
        ("search q='red lamp' in name=\"x y\" or='z'", "search q='<*>' in name=\"<*>\" or='z'"),
        ("level=error msg=\"disk 7 is full\" ua='x y'", "level=error msg=\"disk <*> is full\" ua='<*>'"),
        ("GET /search?q=box&page=2 HTTP/1.1", "GET /search?q=<*>&page=<*> HTTP/1.1"),
        ('HTTP/1.1" 200 33 "-" "Mozilla/5.0 (X11; rv:128.0)"', 'HTTP/1.1" 200 <*> "-" "<*>"'),
        ("answered 503 after 149ms", "answered 503 after <*>ms"),
        ("exit code 137, signal 9, status: 404", "exit code 137, signal 9, status: 404"),
        ("missed heartbeat from shop-worker-34a07058b-6qclb", "missed heartbeat from shop-worker<*>"),
        ("added facade decade", "added facade decade"),
    ],
)
def test_masks_what_varies_and_keeps_what_means_something(body: str, masked: str) -> None:
    assert MASKER.mask(body) == masked


@given(BODIES)
def test_values_put_back_give_the_body(body: str) -> None:
    masker = Masker([rule for rule in DEFAULT.masks if rule.replacement != "<TIME>"])
    plain = body.replace("<*>", "")
    masked, values = masker.mask_with_values(plain)
    assert put_back(masked, values) == plain
    assert masked == masker.mask(plain)


@pytest.mark.parametrize(
    "text", ["a" * 20_000, "1" * 20_000, "a1" * 10_000, "-a" * 10_000, '" "' * 5_000, "a.1@" * 5_000]
)
def test_masks_hostile_text_without_blowing_up(text: str) -> None:
    assert (
        put_back(*MASKER.mask_with_values(text[: DEFAULT.max_line_chars])) == text[: DEFAULT.max_line_chars]
    )


def test_a_rule_of_ones_own_finds_plain_words() -> None:
    city = MaskRule(name="city", pattern="Lyon|Porto")
    assert Masker([city, *DEFAULT.masks]).mask("sent 3 to Porto, not Lyon") == "sent <*> to <*>, not <*>"


def test_the_version_follows_the_rules() -> None:
    version = masking_version(DEFAULT.masks, DEFAULT.protect)
    assert version == masking_version(ParseSettings().masks, ParseSettings().protect)
    assert version != masking_version(DEFAULT.masks[1:], DEFAULT.protect)
    assert version != masking_version(DEFAULT.masks, DEFAULT.protect[1:])
