"""Personal data and secrets, replaced before any other room sees the text.

What stands in a record's text or in its attributes then never reaches templates, bundles, annotations or
incidents. The time that the built-in patterns take grows with the length of the text and no faster: each
begins only where nothing of its own stands before, or looks ahead a bounded way. Patterns of the user run on
RE2, which guarantees that.
"""

import ipaddress
import re
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any

from burl.receive.redaction_settings import Kind, RedactSettings, compiled
from burl.receive.settings import ReceiveSettings

Replace = Callable[[str], str]
_MAX_DEPTH = 64
_CARD_DIGITS = range(13, 20)
_CACHED_KEYS = 1024

_MAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]++@(?:[\w-]++\.)+[^\W\d_]{2,24}(?![\w-])")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = re.compile(rf"(?<![\w.])(?:{_OCTET}\.){{3}}{_OCTET}(?!\w|\.\d)")
_IPV6 = re.compile(r"(?<![0-9A-Fa-f:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{1,37}(?![\w:])")
_CARD = re.compile(r"(?<![\w-])[2-6]\d{3}([ -]?)(?:\d{4}\1\d{4}\1\d{1,7}|\d{6}\1\d{4,5})(?!\w)")
_PRIVATE_NAME = (
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|authorization"
    r"|credentials?|session[-_]?id|cookie)(?![a-z])"
)
_SECRET_KEY = re.compile(rf"(?i){_PRIVATE_NAME}")
_NAMED = re.compile(
    rf"""(?i)({_PRIVATE_NAME}["']?\s{{0,4}}[:=]\s{{0,4}})(?:"[^"]*+"?|'[^']*+'?|[^\s,;&"']++)"""
)
_SCHEME = re.compile(r"(?i)\b(bearer|basic)\s{1,4}[\w.~+/=-]{16,}+")
_SHAPED = re.compile(
    r"\beyJ[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+)?"  # a JSON web token
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|sk_live_)[\w-]{16,}+"
)

_LIKELY = compiled(
    r"(?i)pass|pwd|secret|token|key|auth|credential|session|cookie"
    r"|bearer|basic|eyj|akia|asia|gh[pousr]_|github_|glpat|xox|sk[-_]"
)
"""What one of the three above always holds: RE2 sees its absence twenty times as fast as they do."""


def _mails(text: str) -> str:
    return _MAIL.sub("<mail>", text) if "@" in text else text


def _addresses(text: str) -> str:
    if "." in text:
        text = _IPV4.sub("<ip>", text)
    return _IPV6.sub(_address, text) if ":" in text else text


def _address(match: re.Match[str]) -> str:
    """Replace what is an address, after a colon that is not part of it; `12:34:56` is none."""
    found = match[0]
    head = ":" if found[0] == ":" and found[1] != ":" else ""
    try:
        ipaddress.IPv6Address(found.removeprefix(head))
    except ValueError:
        return found
    return f"{head}<ip>" if found.strip(":") else found


def _cards(text: str) -> str:
    return _CARD.sub(_card, text)


def _card(match: re.Match[str]) -> str:
    """Replace what passes the check that card numbers are made to pass (ISO/IEC 7812-1, annex B)."""
    digits = [int(character) for character in match[0] if character.isdigit()]
    total = sum(digits[-1::-2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return "<card>" if len(digits) in _CARD_DIGITS and total % 10 == 0 else match[0]


def _tokens(text: str) -> str:
    if not _LIKELY.search(text):
        return text
    text = _SCHEME.sub(r"\1 <token>", text)
    return _SHAPED.sub("<token>", _NAMED.sub(r"\1<token>", text))


_STEPS: Mapping[Kind, Replace] = {"token": _tokens, "mail": _mails, "card": _cards, "ip": _addresses}


class Redactor:
    """Replaces what the settings name by `<kind>`; values under the keys of `keep` stay as they are."""

    def __init__(self, settings: RedactSettings, keep: Collection[str] = ()) -> None:
        self._steps = [step for kind, step in _STEPS.items() if kind in settings.kinds]
        self._steps += [_own(rule.pattern, f"<{rule.name}>") for rule in settings.patterns]
        self._secret_keys = "token" in settings.kinds
        self._keep = frozenset(keep)
        self._key = lru_cache(_CACHED_KEYS)(self.text)

    def text(self, text: str) -> str:
        """Return `text` with what is personal replaced."""
        for step in self._steps:
            text = step(text)
        return text

    def value(self, value: Any, depth: int = 0) -> Any:
        """Return an attribute's value likewise, maps and lists all the way down.

        A number that is personal, such as a card's, becomes text.
        """
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return self._number(value)
        if depth >= _MAX_DEPTH:
            return None
        if isinstance(value, Mapping):
            return {self._key(key): self._entry(key, item, depth + 1) for key, item in value.items()}
        return [self.value(item, depth + 1) for item in value] if isinstance(value, list) else value

    def _number(self, value: float) -> float | str:
        text = str(value)
        redacted = self.text(text)
        return value if redacted == text else redacted

    def _entry(self, key: str, item: Any, depth: int) -> Any:
        if key in self._keep:
            return item
        if self._secret_keys and _SECRET_KEY.search(key):
            return "<token>"
        return self.value(item, depth)


def make_redactor(settings: ReceiveSettings) -> Redactor | None:
    """Return what the settings ask for, if anything; a record's own id stays, or two might become one."""
    wanted = settings.redact.kinds or settings.redact.patterns
    return Redactor(settings.redact, settings.uid_attributes) if wanted else None


def _own(pattern: str, replacement: str) -> Replace:
    expression = compiled(pattern)
    return lambda text: str(expression.sub(replacement, text))
