"""Words of lines."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.detect.tokens import key_of_words, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "CFtpLogonOpData::Send() in state <*>",
            ["ftp", "logon", "op", "data", "send", "in", "state", "<*>"],
        ),
        ("GET /var/log/nginx/error.log", ["get", "var", "log", "nginx", "error", "log"]),
        ("HTTPServer answered 503 after <*>ms", ["http", "server", "answered", "503", "after", "<*>"]),
        ("R<*>-M<*>-NB RAS KERNEL", ["<*>", "ras", "kernel"]),
        ("id 3fcafe99 utf8 sha256sum", ["id", "<*>", "utf", "<*>", "sha", "sum", "<*>"]),
        ("<TIME> started", ["<*>", "started"]),
        ("überprüft 行", ["überprüft", "行"]),
        ("", []),
    ],
)
def test_lines_fall_into_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text())
def test_words_are_lower_case_short_and_no_wildcard_follows_another(text: str) -> None:
    found = words(text)
    assert all(word == word.lower() or not word.isascii() for word in found)
    assert all(0 < len(word) <= 40 for word in found)
    assert ("<*>", "<*>") not in set(pairwise(found))


@given(st.text(st.sampled_from("09a g_-=.<*>T\u0663"), max_size=40))
def test_long_numbers_are_all_the_same(text: str) -> None:
    assert words(key_of_words(text)) == words(text)
    assert key_of_words(text) == key_of_words(text.replace("9999", "00009"))


def test_of_a_huge_line_only_the_head_is_read() -> None:
    assert len(words("word " * 1_000_000)) < 1_000


def test_long_tokens_take_no_memory() -> None:
    """JSON without blanks is one token a line, and hardly any comes again."""
    tracemalloc.start()
    try:
        for number in range(300):
            words(f'{{"order":{number},"cart_state":"open"}}' * 50)
        assert tracemalloc.get_traced_memory()[0] < 2**18
    finally:
        tracemalloc.stop()
