"""The words of a line that may be ids: each parameter, widened to the whole word that it is part of."""

import re
from collections.abc import Sequence

_WORD = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_WILDCARD = re.compile(r"<[^<>\s]+>")
_ANY = "<*>"
_BEGUN_WORD = re.compile(r"[A-Za-z0-9_.-]*$")
_MAX_ANCHOR_CHARS = 32
_POINT = "."
_WORD_BYTES = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-."
_INSIDE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")


def words_of(body: str, parameters: Sequence[str]) -> list[list[str]]:
    """Return the words that each parameter touches.

    A mask takes only the varying part of a word (`c-<*>`), but the id that people search for is the whole
    word, `c-7ef1a4a1`. A parameter with several words (`10558,420,2`) gives all of them.
    """
    found, cursor = [], 0
    for parameter in parameters:
        start = body.find(parameter, cursor)
        if start < 0:
            found.append(_WORD.findall(parameter))
            continue
        cursor = start + len(parameter)
        while start > 0 and body[start - 1] in _INSIDE:
            start -= 1
        found.append(_words_until(body, start, cursor))
    return found


def _words_until(body: str, start: int, stop: int) -> list[str]:
    """Return the words that begin in `body[start:stop]`, whole."""
    words = []
    for match in _WORD.finditer(body, start):
        if match.start() >= stop:
            break
        words.append(match[0])
    return words


def anchors_of(template: str) -> list[str]:
    """Return, for each `<*>` of a template, the text that stands before the word it is in, or "".

    Ids are found by it without masking the line again, which takes thirty times as long.
    """
    anchors, start = [], 0
    for match in _WILDCARD.finditer(template):
        if match[0] == _ANY:
            literal = template[start : match.start()]
            anchors.append(_BEGUN_WORD.sub("", literal)[-_MAX_ANCHOR_CHARS:])
        start = match.end()
    return anchors


def word_after(body: str, anchor: str) -> str:
    """Return the word right after the first `anchor` in `body`, or ""."""
    match = after(anchor).search(body)
    return (match and match[1]) or ""


class PlainWords:
    """Finds the words after an anchor that end as the first one did: before a blank, a slash.

    Without an expression for each line: that takes three times as long.
    """

    def __init__(self, anchor: str) -> None:
        self._anchor = anchor
        self._end = ""

    def find(self, bodies: Sequence[str]) -> list[str] | None:
        """Return `word_after` of each body; None where one has none, or ends in another way."""
        self._end = self._end or self._end_in(bodies[0])
        if self._end in {"", _POINT}:  # a point may stand in words, too
            return None
        anchor, end = self._anchor, self._end
        words = [body.partition(anchor)[2].partition(end)[0] for body in bodies]
        return words if _are_words(words) else None

    def _end_in(self, body: str) -> str:
        match = after(self._anchor).search(body)
        return body[match.end() :][:1] or " " if match else ""


def _are_words(texts: Sequence[str]) -> bool:
    """Return whether each text is a word, and nothing else."""
    lines = "\n".join(("", *texts, "")).encode(errors="replace")
    pointed = b"." in lines and (b".." in lines or b"\n." in lines or b".\n" in lines)
    other = lines.translate(None, _WORD_BYTES)
    return not pointed and b"\n\n" not in lines and other == b"\n" * (len(texts) + 1)


def after(anchor: str) -> re.Pattern[str]:
    """Return an expression that finds the first `anchor`; its group is the word right after it, if any."""
    return re.compile(f"{re.escape(anchor)}({_WORD.pattern})?")
