"""Parsing with caches and, to compare, without."""

from collections.abc import Sequence

import numpy as np

from burl.parse import CONTINUATION, Catalogue, Parser, ParseSettings, TemplateSet

UNLIKE = ("~", "~ ~")


def ids(parser: Parser, catalogue: Catalogue, lines: Sequence[str], streams: Sequence[int]) -> list[str]:
    """Return the template id of each line, "" for continuations."""
    found = parser.parse(list(lines), np.asarray(streams, dtype=np.int64)).tolist()
    return ["" if index == CONTINUATION else catalogue[index].id for index in found]


def cached(lines: Sequence[str], settings: ParseSettings, frozen: TemplateSet | None = None) -> list[str]:
    """Return the template id of each line."""
    catalogue = Catalogue()
    return ids(Parser(settings, catalogue, frozen), catalogue, [*lines], [0] * len(lines))


def uncached(lines: Sequence[str], settings: ParseSettings, frozen: TemplateSet | None = None) -> list[str]:
    """Return the same, but caches hold one entry, and what comes between two lines empties them."""
    catalogue = Catalogue()
    parser = Parser(settings.model_copy(update={"max_cache_entries": 1}), catalogue, frozen)
    between = [text for i, line in enumerate(lines) for text in (line, UNLIKE[i % 2])]
    return ids(parser, catalogue, between, [i % 2 for i in range(len(between))])[::2]
