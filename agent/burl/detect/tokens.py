r"""Words of log lines, as detectors that read lines see them.

Word vectors know about half of the raw tokens of a log: `CFtpLogonOpData::Send()` is no word, `ftp`, `logon`,
`op`, `data` and `send` are. So runs of letters are split where case changes, everything else parts words,
and what holds digits - an address, an id, what masking left of a register dump - is one `<*>`.
"""

import re
from functools import lru_cache
from itertools import groupby

from burl.parse.masks import WILDCARD

_MAX_CHARACTERS = 4_000
"""More of a line is not read: what it says stands in front."""
_MAX_WORD = 40
_RUN = re.compile(r"(?:<\*>|<[A-Z]+>|[^\W_])+")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+")
_WORDLIKE = re.compile(r"(?=[a-fA-F]*[g-zG-Z])[a-zA-Z]{3,}")
"""Letters beside digits are kept when they are not hexadecimal: `sha` of `sha256`, nothing of `3fcafe`."""
_WILDCARDS_OF_ID, _LEAST_OF_ID = 2, 3
"""`R<*>-M<*>-NB-C` names a node: of a token with two wildcards only words of three letters are read."""
_CODE_DIGITS = 3
"""Masking leaves numbers only where they mean something: a status, an exit code, a signal."""
_MAX_TOKENS, _MAX_TOKEN = 10_000, 64
"""Tokens whose words are remembered: those of a template come with each of its lines. Longer ones, such as
JSON without blanks, come once, and would take 12 KB each."""
_LONGER = re.compile(rf"[0-9]{{{_CODE_DIGITS + 1},}}")


def words(text: str) -> list[str]:
    """Return the words of a masked line in lower case, `<*>` where something varies (once for several)."""
    found: list[str] = []
    for token in text[:_MAX_CHARACTERS].split():
        found += (_remembered if len(token) <= _MAX_TOKEN else _words_of_token)(token)
    return [word for word, copies in groupby(found) for _ in (copies if word != WILDCARD else (0,))]


def key_of_words(text: str) -> str:
    """Return a text of the same words that is the same for lines which differ in long numbers alone."""
    return _LONGER.sub("0" * (_CODE_DIGITS + 1), text[:_MAX_CHARACTERS])


def _words_of_token(token: str) -> tuple[str, ...]:
    """Return the words of what stands between spaces; short ones beside wildcards are parts of an id."""
    found = [word for run in _RUN.findall(token) for word in _words_of(run)]
    is_id = found.count(WILDCARD) >= _WILDCARDS_OF_ID
    return tuple(word for word in found if len(word) >= _LEAST_OF_ID or not is_id)


_remembered = lru_cache(_MAX_TOKENS)(_words_of_token)


def _words_of(run: str) -> list[str]:
    if run.isalpha():
        parts = _CAMEL.findall(run) if run.isascii() else [run]
        return [part.lower()[:_MAX_WORD] for part in parts if len(part) > 1 or not part.isascii()]
    if run.isdecimal() and len(run) <= _CODE_DIGITS:
        return [run]
    letters = [] if run.startswith("<") and run.endswith(">") else _WORDLIKE.findall(run)
    return [*(word for part in letters for word in _words_of(part)), WILDCARD]
