"""What the ids of one kind look like and what they are called, from examples."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_PART = re.compile(r"[A-Za-z0-9]+|[^A-Za-z0-9]+")
_CLASSES = ("0-9", "0-9a-f", "0-9A-F", "a-z", "A-Z", "0-9a-z", "0-9A-Z", "0-9A-Za-z")
_NAMING_PREFIX = re.compile(r"([A-Za-z]{3,})[_-]")
_LAST_WORD = re.compile(r"([^\W\d_](?:[^\W\d]|_)*)([\W\d_]*)$")
_BEGIN, _END = r"(?<![\w-])", r"(?![\w-])"
_MIN_FREE_CHARS = 4
_MIN_FREE_CHARS_UNNAMED = 12
_FILLERS = frozenset(
    ("a", "an", "at", "by", "for", "from", "id", "in", "no", "of", "on", "the", "to", "values")
)
_MIN_KEY_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Shape:
    """What words look like: a regular expression, and whether no literal in it names a kind.

    Words of an unnamed shape are random: equal ones name one thing wherever they stand.
    """

    pattern: str
    unnamed: bool = False


NO_SHAPE = Shape("")


def shape_of(words: Sequence[str]) -> Shape:
    """Return the shape of `words` when it is so particular that it finds no other word, else NO_SHAPE.

    `c-7ef1a4a1` and its like give `c-[0-9a-f]{8}`: a literal with letters and four or more free characters.
    Without such a literal twelve are wanted, not all of them digits (a UUID, a trace id).
    """
    split = [_PART.findall(word) for word in words]
    layout = Counter(map(len, split)).most_common(1)
    if not layout or layout[0][1] < len(words):
        return NO_SHAPE
    parts = [_part(column) for column in zip(*split, strict=True)]
    free = sum(chars for _, chars, _ in parts)
    named = any(chars == 0 and text.isalpha() for text, chars, _ in parts)
    letters = any(has_letters for _, _, has_letters in parts)
    if free >= _MIN_FREE_CHARS and (named or (free >= _MIN_FREE_CHARS_UNNAMED and letters)):
        return Shape(f"{_BEGIN}{''.join(text for text, _, _ in parts)}{_END}", not named)
    return NO_SHAPE


def shape_after(name: str, words: Sequence[str]) -> str:
    """Return an expression whose group is an id like `words` right after its name (`order 4711`), or "".

    For ids that look like other words: a failure seen for the first time mostly says what it is about.
    """
    shape = shape_of(words).pattern.removeprefix(_BEGIN).removesuffix(_END)
    if not shape and all(map(str.isdecimal, words)):
        lengths = sorted(map(len, words))
        shape = f"[0-9]{{{lengths[0]},{lengths[-1] + 1}}}"  # numbers that are counted up grow
    if not name or not shape:
        return ""
    names = "|".join(sorted({re.escape(form) for form in (name, name.capitalize(), name.upper())}))
    return rf"(?<![A-Za-z0-9])(?:{names})[^\w\n]{{1,3}}({shape}){_END}"


def _part(column: tuple[str, ...]) -> tuple[str, int, bool]:
    """Return (pattern, free characters, may hold letters) of one part of all words."""
    if len(set(column)) == 1:
        return column[0] if column[0].isalnum() else re.escape(column[0]), 0, False
    lengths = sorted(map(len, column))
    for chars in _CLASSES:
        if re.fullmatch(f"[{chars}]+", "".join(column)):
            count = f"{lengths[0]}" if lengths[0] == lengths[-1] else f"{lengths[0]},{lengths[-1]}"
            return f"[{chars}]{{{count}}}", lengths[0], chars != "0-9"
    return f"(?:{'|'.join(sorted({re.escape(part) for part in column}))})", 0, False


def prefix_of(words: Iterable[str]) -> str:
    """Return the letters that all words begin with and that name them (`blk_-16` -> `blk`), or ""."""
    prefixes = {match[1] if (match := _NAMING_PREFIX.match(word)) else "" for word in words}
    return prefixes.pop().lower() if len(prefixes) == 1 else ""


def name_of(words: Sequence[str], before: Iterable[tuple[str, int]]) -> str:
    """Return what the ids are called, or "" when nothing says it.

    Args:
        words: examples; a prefix with three or more letters names them (`blk_-16`, `pay_1d42`).
        before: what stands before an id, and in how many lines: a key (`job=`) beats prose (`order `), and
            that a path (`/checkout/`), which often names what is done instead.
    """
    if prefix := prefix_of(words):
        return prefix
    votes: Counter[tuple[int, str]] = Counter()
    for text, lines in before:
        match = _LAST_WORD.search(text)
        if match and match[1].lower() not in _FILLERS:
            votes[_form(match[2]), match[1].lower().strip("_")] += lines
    heard = [vote for vote in votes if votes[vote] >= _MIN_KEY_SHARE * votes.total()]
    return min(heard, key=lambda vote: (vote[0], -votes[vote], vote[1]))[1] if heard else ""


def _form(between: str) -> int:
    """Return how well the text between a word and an id says that the word names it; 0 is best."""
    if between.strip() in {"=", ":"}:
        return 0
    return 1 if between.isspace() else 2
