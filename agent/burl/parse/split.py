"""Telling variables from choices: a place where only a few texts ever stand is part of the message.

Drain merges `VM Started` with `VM Stopped`. Where a cluster shows at most `max_choices` words at a place,
they are a closed set and each gets a template; more are values (user names). This depends on the set of
lines alone, so training stays independent of their order.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from burl.parse.lines import generalise, is_word
from burl.parse.masks import WILDCARD

Tokens = tuple[str, ...]
Mined = tuple[Tokens, frozenset[int]]
"""A template, and the places of its wildcards that stood for words, not for masked values alone."""

_WORD = re.compile(r"[^\w<]*[A-Za-z][A-Za-z_@-]*\W?", re.ASCII)
_NAMES = {"user", "host", "node"}  # whatever follows is a name, however few of them have been seen


def split(lines: Sequence[Tokens], max_choices: int) -> list[Mined]:
    """Return the templates of the lines of one cluster (same length, unique): one unless it shows choices."""
    pending, templates = [list(lines)], []
    while pending:
        group = pending.pop()
        place = _choice(group, max_choices)
        if place < 0:
            templates.append(_template(group))
            continue
        parts: dict[str, list[Tokens]] = defaultdict(list)
        for line in group:
            parts[line[place]].append(line)
        pending += parts.values()
    return templates


def _choice(lines: Sequence[Tokens], max_choices: int) -> int:
    """Return the place with the fewest texts, if these are choices, else -1."""
    best, place = max_choices + 1, -1
    for i in range(len(lines[0])):
        texts = {line[i] for line in lines}
        if 1 < len(texts) < best and all(map(_WORD.fullmatch, texts)) and lines[0][i - 1] not in _NAMES:
            best, place = len(texts), i
    return place


def _template(lines: Sequence[Tokens]) -> Mined:
    tokens = lines[0]
    for line in lines[1:]:
        tokens = tuple(map(generalise, tokens, line))
    words = (
        place
        for place, texts in enumerate(zip(*lines, strict=True))
        if WILDCARD in tokens[place] and any(map(is_word, texts))
    )
    return tokens, frozenset(words)
