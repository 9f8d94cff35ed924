"""From a body to the tokens that decide its template."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from burl.parse.masks import WILDCARD, Masker
from burl.parse.settings import ParseSettings

_HEAD_TIME = "<TIME> "
_KEY = re.compile(r"[A-Za-z_][\w.-]*=", re.ASCII)


def key_of(token: str) -> str:
    """Return the key of a `key=value` token with its `=`, or an empty string."""
    match = _KEY.match(token)
    return match[0] if match else ""


def is_word(token: str) -> bool:
    """Return True when letters stand in a token (behind its `key=`) and nothing in it was masked."""
    return "<" not in token and any(map(str.isalpha, token[len(key_of(token)) :]))


def generalise(ours: str, theirs: str) -> str:
    """Return the token that stands for both: `key=<*>` where they share a key."""
    if ours == theirs:
        return ours
    key = key_of(ours)
    return key + WILDCARD if key and key == key_of(theirs) else WILDCARD


Signature = tuple[int, tuple[tuple[int, str], ...]]
"""Number of tokens, and position and text of protected ones and of keys: lines that differ never merge."""


@dataclass(frozen=True, slots=True)
class Line:
    """A masked line: its tokens, which are protected, and how many of the others stand in its head."""

    tokens: tuple[str, ...]
    protected: tuple[bool, ...]
    head: int
    signature: Signature

    @property
    def free(self) -> tuple[str, ...]:
        """The tokens that are not protected."""
        return tuple(token for token, fixed in zip(self.tokens, self.protected, strict=True) if not fixed)

    @property
    def text(self) -> str:
        """The masked line as one text; also the template that it would give birth to."""
        return " ".join(self.tokens)


class LineReader:
    """Masks bodies and splits them into tokens, within the limits of the settings."""

    def __init__(self, settings: ParseSettings) -> None:
        """Compile the rules of `settings`."""
        self.masker = Masker(settings.masks)
        self._protect = re.compile("|".join(f"(?:{rule.pattern})" for rule in settings.protect), re.ASCII)
        ends = [rule.pattern for rule in settings.protect if rule.ends_head]
        self._head_end = re.compile("|".join(f"(?:{one})" for one in ends) or r"\A\Z", re.ASCII)
        self._max_chars = settings.max_line_chars
        self._max_tokens = settings.max_line_tokens

    def head(self, body: str) -> str:
        """Return the part of a body that decides its template: its first line, as far as the limit allows."""
        body = body[: self._max_chars]
        return body.lstrip("\r\n").partition("\n")[0] if "\n" in body else body

    def heads(self, bodies: list[str]) -> list[str]:
        """Return the head of each body."""
        if "\n" in "".join(bodies) or max(map(len, bodies), default=0) > self._max_chars:
            return list(map(self.head, bodies))
        return bodies

    def masked(self, head: str) -> str:
        """Return the masked head in canonical form."""
        return self.canonical(self.masker.mask(head))

    def masked_with_values(self, head: str) -> tuple[str, list[str]]:
        """Return the masked head, and what each of its `<*>` stands for."""
        text, values = self.masker.mask_with_values(head)
        return self.canonical(text), values

    def canonical(self, text: str) -> str:
        """Return a masked text with single spaces, no time in front, and at most `max_line_tokens` tokens."""
        if text.startswith("{"):
            text = text.replace(',"', ', "')  # the members of a JSON object are its words
        tokens = text.removeprefix(_HEAD_TIME).split(None, self._max_tokens)
        return " ".join(tokens[: self._max_tokens])

    def line(self, masked: str) -> Line:
        """Return the line of a masked text in canonical form."""
        tokens = tuple(masked.split())
        positions: set[int] = set()
        for match in self._protect.finditer(masked):
            first = masked.count(" ", 0, match.start())
            positions.update(range(first, first + match[0].count(" ") + 1))
        # A key without a value is another message than the key with one: `rhost= user=root`.
        keys = (key_of(token) if token[-1] != "=" else token + " " for token in tokens)
        fixed = ((i, tokens[i] if i in positions else key) for i, key in enumerate(keys))
        signature = (len(tokens), tuple(pair for pair in fixed if pair[1]))
        protected = tuple(i in positions for i in range(len(tokens)))
        end = self._head_end.search(masked)
        head = protected[: masked.count(" ", 0, end.start())].count(False) if end else 0
        return Line(tokens, protected, head, signature)


def parameters(template: Sequence[str], masked: Sequence[str], values: Sequence[str]) -> tuple[str, ...]:
    """Return one text for each wildcard of a template, in order.

    Args:
        template: tokens of the template.
        masked: tokens of a masked line that it stands for.
        values: what the masks replaced in that line.
    """
    found: list[str] = []
    rest = iter(values)
    for expected, token in zip(template, masked, strict=False):
        if WILDCARD not in expected and WILDCARD not in token:
            continue
        inside = [next(rest, "") for _ in range(token.count(WILDCARD))]
        key = key_of(expected)
        if expected == key + WILDCARD:
            found.append(_unmasked(token, inside)[len(key) :])
        elif expected == token:
            found += inside
        else:  # mined online: the line is like the template's first one, not equal to it
            found += (inside + [""] * expected.count(WILDCARD))[: expected.count(WILDCARD)]
    return tuple(found)


def _unmasked(token: str, values: Sequence[str]) -> str:
    for value in values:
        token = token.replace(WILDCARD, value, 1)
    return token
