r"""Masking: one compiled expression finds everything that varies in a line.

`key` collapses runs of digits. Two lines of one key have the same masked text unless the key is `sensitive`:
this is what lets a cache of keys stand in front of masking without ever changing a result.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from burl.parse.settings import MaskRule, Rule

WILDCARD = "<*>"
_DIGITS = bytes.maketrans(b"123456789", b"000000000")

# What no rule with start="token" begins with is passed over in one step of the expression; this is what makes
# masking a line of UUIDs three times faster than trying every rule at every character (bench_parsing.py).
_PASS_OVER = r"""(?:{ahead}(?:[A-Za-z]++(?![\d@])|[^A-Za-z\d"?&+-]{many}|[-+](?![\da-z])|"(?! ")|[?&](?!\w)))*+"""


def masking_version(masks: Sequence[MaskRule], protect: Sequence[Rule]) -> str:
    """Return a hash of everything that decides masked texts and so template ids."""
    rules = [[rule.model_dump() for rule in rules] for rules in (masks, protect)]
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class _Mask:
    """How to replace a match: its value group (0 = the whole match) and what stands for it ('' = keep)."""

    group: int
    replacement: str


class Masker:
    """Replaces what varies in a line by `<*>` (or another replacement of the rule)."""

    def __init__(self, rules: Sequence[MaskRule]) -> None:
        """Compile `rules`; of two that match at the same place the first wins."""
        self._masks: dict[int, _Mask] = {}
        self._pattern = self._compile(rules)
        guards = "|".join(f"(?:{rule.guard})" for rule in rules if rule.guard)
        self._guard = re.compile(guards.encode(), re.ASCII) if guards else None

    def _compile(self, rules: Sequence[MaskRule]) -> re.Pattern[str]:
        group, branches = 1, []
        for rule in rules:
            groups = re.compile(rule.pattern).groups
            value = group + 1 if groups else 0
            group += groups + 1
            # An empty group closes each branch: `lastindex` then names the rule that matched.
            branches.append(f"(?:{rule.pattern})()")
            self._masks[group] = _Mask(value, rule.replacement)
        free = [f"(?:{rule.pattern})" for rule in rules if rule.start == "anywhere"]
        ahead = f"(?!{'|'.join(free)})" if free else ""
        skip = _PASS_OVER.format(ahead=ahead, many="" if free else "++")
        return re.compile(rf"({skip})(?:{'|'.join([*branches, r'[A-Za-z]++|(?s:.)|' + chr(92) + 'Z'])})", re.ASCII)

    @staticmethod
    def key(text: str) -> bytes:
        """Return `text` with every run of digits collapsed to one `0` (runs over 16 digits to a few)."""
        zeros = text.encode(errors="surrogatepass").translate(_DIGITS)
        return zeros.replace(b"0000", b"0").replace(b"00", b"0").replace(b"00", b"0")

    def sensitive(self, key: bytes) -> bool:
        """Return True when lines of this key may have different masked texts."""
        return self._guard is not None and self._guard.search(key) is not None

    def mask(self, text: str) -> str:
        """Return the masked text."""
        return self._pattern.sub(self._replace, text)

    def mask_with_values(self, text: str) -> tuple[str, list[str]]:
        """Return the masked text, and what each of its `<*>` stands for."""
        values: list[str] = []

        def replace(match: re.Match[str]) -> str:
            mask = self._masks.get(match.lastindex or 0)
            if mask is not None and mask.replacement == WILDCARD:
                values.append(match[mask.group] if mask.group else match[0][len(match[1]) :])
            return self._replace(match)

        return self._pattern.sub(replace, text), values

    def _replace(self, match: re.Match[str]) -> str:
        mask = self._masks.get(match.lastindex or 0)
        if mask is None or not mask.replacement:
            return match[0]
        if not mask.group:
            return match[1] + mask.replacement
        whole, start = match[0], match.start()
        left, right = match.span(mask.group)
        return whole[: left - start] + mask.replacement + whole[right - start :]
