"""Lines that say the same where somebody reads them."""

import re
from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from burl.parse import CONTINUATION, Catalogue, Parser, ParseSettings

PIECES = st.one_of(
    st.sampled_from(["user", "GET /cart", 'HTTP/1.1" 404', "code=", "exit ", "took ", "ms", "c-", "u", "E"]),
    st.sampled_from([" ", " ", "=", "-", ".", "/", "_", ": "]),
    st.integers(0, 10**6).map(str),
    st.sampled_from(["2adb8a37", "c47c07684", "deadbeef", "7850812b-501b-5896-2bfb-fc4a97815cf2"]),
)
WORDS = st.lists(PIECES, min_size=1, max_size=10).map("".join)


def parsed(bodies: Sequence[str]) -> tuple[Parser, Catalogue, list[int]]:
    catalogue = Catalogue()
    parser = Parser(ParseSettings(), catalogue)
    streams = np.zeros(len(bodies), dtype=np.int64)
    return parser, catalogue, parser.parse(list(bodies), streams).tolist()


def renumbered(line: str, digits: str) -> str:
    return re.sub(r"\d", lambda match: digits[(int(match[0]) + match.start()) % len(digits)], line)


@given(st.lists(WORDS, min_size=1, max_size=8), st.text("0123456789", min_size=1, max_size=7))
def test_lines_of_one_kind_have_the_same_values_but_for_long_numbers(lines: list[str], digits: str) -> None:
    bodies = [*lines, *(renumbered(line, digits) for line in lines), *lines]
    parser, catalogue, templates = parsed(bodies)
    rows = [row for row, template in enumerate(templates) if template != CONTINUATION]
    places = [tuple(range(catalogue[templates[row]].text.count("<*>"))) for row in rows]
    kinds = parser.kinds([bodies[row] for row in rows], [templates[row] for row in rows], places)
    values: dict[object, list[str]] = {}
    for row, kind in zip(rows, kinds, strict=True):
        if kind is not None:
            said = [re.sub(r"\d{4,}", "#", value) for value in parser.parameters(bodies[row], templates[row])]
            assert values.setdefault(kind, said) == said


def test_what_nobody_reads_makes_no_kind_of_its_own() -> None:
    bodies = [f"user {name} took {number} ms" for name in ("ada", "bob") for number in (1, 22, 4444)]
    parser, _, templates = parsed(bodies)
    assert [len(set(parser.kinds(bodies, templates, [places] * 6))) for places in ((), (0,))] == [2, 6]
