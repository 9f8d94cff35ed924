"""What of a line decides its masked text beside its key: some runs of digits, rarely its ids."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from burl.parse.continuation import shape
from burl.parse.keys import DIGITS, ID, UUID, has_ids
from burl.parse.masks import Masker
from burl.parse.rules import DEFAULT_MASKS
from burl.parse.settings import MaskRule

# What of a key the rules that ship may match, where it depends on the digits that a key leaves out.
_BY_VALUE = {
    "http_version": r"HTTP/\d*0(?:\.0)?",
    "http_status": r'(?:HTTP/[\d.]+"? |tatus[ =:"]+|swered )\d*0',
    "code": r'(?:code|xit|ignal|rrno)[ =:"]+\d*0',
}
_BY_LENGTH = {
    "uuid": r"[0a-fA-F]+(?:-[0a-fA-F]+){4}",
    # The dash of 5-7 belongs to a number, unless these are the ends of words.
    "pod": r"-(?:(?!0)|(?<![^0A-Za-z_]0-))[a-z]*0[a-z0]*-[a-z0]+",
}
_BY_LEAST_LENGTH = {
    "hex": r"0[a-fA-F][0a-fA-F]*",
    "hex_word": r"(?<![A-Za-z])[a-fA-F]+0[0a-fA-F]*",
}
"""Of these rules a longer run of digits matches whatever a shorter one does."""
_SHORT, _LONG = b"0", b"00000000"
# Of the others with a guard `hex_letters` knows no digits, and `mail` only counts whether they are over 63.
_SHIPPED = {rule["pattern"]: rule["name"] for rule in DEFAULT_MASKS}
_MARKS = re.compile(b"[%b%b%b]" % (DIGITS, ID, UUID))
_GROWN_TOGETHER = re.compile(b"[%b%b](?:[A-Za-z]|%b?[%b%b])" % (ID, UUID, DIGITS, ID, UUID))
"""An id that a word goes on from may hold the beginning of that word: `E` of `Error`."""
_CHAIN = re.compile(b"[a-fA-F%b%b]+(?:-[a-fA-F%b%b]+){4,}" % ((DIGITS, ID) * 2))
"""What may hold a UUID with something grown on to it: the lengths of the ids among its parts tell."""
_LOOK_LIKE = {DIGITS: b"0", ID: b"0a0", UUID: b"0a0-0a0-0a0-0a0-0a0"}
"""What the guards of rules see in place of ids."""
_INSTANCES = (
    (b"0000000a", b"00000000-0000-0000-0000-000000000000"),
    (b"000a0000", b"AAAAAAAA-0000-AAAA-0A0A-A0A0A0A0A0A0"),
    (b"a0000000", b"aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"),
    (b"a0a0a0a0a0", b"0a0a0a0a-0000-aaaa-0a0a-a0a0a0a0a0a0"),
    (b"0A0A0A0A0A0A", b"0000000a-0000-0000-0000-a00000000000"),
    (b"abcdefa0" * 4, b"a0000000-a000-0a00-00a0-00000000000a"),
)
"""Ids and UUIDs of all kinds that masks tell apart: by length, by first and last letter, by capitals."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of digits of a key's lines by what of them decides; each by the edge where it begins (`Keys`)."""

    values: tuple[int, ...]
    lengths: tuple[int, ...]


class Deciding:
    """Tells of a key what of its lines decides their masked texts."""

    def __init__(self, masker: Masker, rules: Sequence[MaskRule]) -> None:
        """Args: `rules` are those of `masker`."""
        self._masker = masker
        guarded = {rule.guard: _SHIPPED.get(rule.pattern, "") for rule in rules if rule.guard}
        names = set(guarded.values())
        self._values = _either(_BY_VALUE[name] for name in names & _BY_VALUE.keys())
        self._lengths = _either(_BY_LENGTH[name] for name in names & _BY_LENGTH.keys())
        self._least = _either(_BY_LEAST_LENGTH[name] for name in names & _BY_LEAST_LENGTH.keys())
        self._others = _either(guard for guard, name in guarded.items() if not name)

    def runs(self, key: bytes) -> Runs | None:
        """Return which runs of digits decide; None when anything may."""
        if ID in key and any(ID in chain for chain in _CHAIN.findall(key)):
            return None
        text = b" " + key
        for mark, like in _LOOK_LIKE.items():
            text = text.replace(mark, like)
        if _GROWN_TOGETHER.search(key) or self._others.search(text):
            return None
        spans = [_spans(pattern, text) for pattern in (self._values, self._lengths, self._least)]
        if not any(spans):
            return Runs((), ())
        places, edges = _runs_of(key)
        values, lengths, least = (_touched(some, places, edges) for some in spans)
        if least and (values or lengths or self._least_decides(key)):
            lengths |= least
        return Runs(tuple(sorted(values)), tuple(sorted(lengths - values)))

    def _least_decides(self, key: bytes) -> bool:
        """Return True when the masked texts of a key's lines depend on whether runs of digits are long.

        They rarely do: `15E148` is masked alike however long its numbers are, and so is a whole user agent.
        """
        short, long = (_instances(key.replace(DIGITS, digits)) for digits in (_SHORT, _LONG))
        pairs = zip(short, long, strict=True)
        return any(self._masker.mask(one) != self._masker.mask(other) for one, other in pairs)

    def shapes(self, key: bytes) -> set[int]:
        """Return the shapes of a key's lines, one or more as their ids are."""
        return {shape(self._masker.key(line).decode()) for line in _instances(key)}

    def ids_decide(self, key: bytes) -> bool:
        """Return True when the masked texts of a key's lines depend on their ids, with the digits left alone.

        Where runs of digits decide, too, it is asked with those of a line: see `burl.parse.keys.Keys.bare`.
        """
        return has_ids(key) and len(set(map(self._masker.mask, _instances(key)))) > 1

    def uuids_decide(self, key: bytes) -> bool:
        """Return True when they depend on the UUIDs, with whatever other ids beside them."""
        return UUID in key and any(
            len({self._masker.mask(_filled(key, identifier, uuid)) for _, uuid in _INSTANCES}) > 1
            for identifier, _ in _INSTANCES
        )


def _either(patterns: Iterable[str]) -> "re.Pattern[bytes]":
    return re.compile(("|".join(f"(?:{pattern})" for pattern in patterns) or "(?!)").encode(), re.ASCII)


def _spans(pattern: "re.Pattern[bytes]", text: bytes) -> list[tuple[int, int]]:
    """Return where matches are, also those within others."""
    spans = []
    match = pattern.search(text)
    while match:
        spans.append(match.span())
        match = pattern.search(text, match.start() + 1)
    return spans


def _touched(spans: list[tuple[int, int]], places: list[int], edges: list[int]) -> set[int]:
    """Return the edges of those runs of digits whose marks, at `places`, `spans` hold."""
    return {
        edge for start, end in spans for edge in edges[bisect_left(places, start) : bisect_left(places, end)]
    }


def ids_of(key: bytes, *, uuids: bool) -> tuple[int, ...]:
    """Return the ids of a key's lines, those that are UUIDs if wanted, each by the edge where it begins."""
    wanted = (ID, UUID) if uuids else (ID,)
    return tuple(edge for edge, _, mark in marks_of(key) if mark in wanted)


def marks_of(key: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield of each mark the edge where what it stands for begins, where it is in the key, and the mark."""
    edge, end = -2, -1
    for match in _MARKS.finditer(key):
        start = match.start()
        edge += 1 if start == end else 2
        end = start + 1
        yield edge, start, match[0]


def _runs_of(key: bytes) -> tuple[list[int], list[int]]:
    """Return where marks of digits stand in what guards see of a key, and the edge of each."""
    places, edges, grown = [], [], 1
    for edge, start, mark in marks_of(key):
        if mark == DIGITS:
            places.append(start + grown)
            edges.append(edge)
        grown += len(_LOOK_LIKE[mark]) - 1
    return places, edges


def _instances(key: bytes) -> Iterator[str]:
    """Yield lines of a key with ids of all kinds."""
    for identifier, uuid in _INSTANCES if has_ids(key) else _INSTANCES[:1]:
        yield _filled(key, identifier, uuid)


def _filled(key: bytes, identifier: bytes, uuid: bytes) -> str:
    return key.replace(DIGITS, _SHORT).replace(ID, identifier).replace(UUID, uuid).decode()
