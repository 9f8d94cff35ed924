"""Masking: one compiled expression finds everything that varies in a line."""

import hashlib
import json
import re
from collections.abc import Sequence

from burl.parse.settings import MaskRule, Rule

WILDCARD = "<*>"
_DIGITS = re.compile(rb"[0-9]+")

# What no rule with start="token" begins with is passed over in one step of the expression; this makes masking
# three times faster than trying every rule at every character (bench/parsing.py).
_DATE_OR_HEX = r"(?![A-Z][a-z][a-z],? +(?:\d|[A-Z][a-z][a-z] +\d)|[a-f]{{8}})"
_WORD = rf"{_DATE_OR_HEX}[A-Za-z]++(?![\d@]|-\w{{{{4}}}}-)"
_PASS_OVER = (
    rf"""(?:{{ahead}}(?:{_WORD}|[^A-Za-z\d"?&=+-]{{many}}|=(?!["'])|[-+](?![\da-z])|"(?! ")|[?&](?!\w)))*+"""
)


def masking_version(masks: Sequence[MaskRule], protect: Sequence[Rule]) -> str:
    """Return a hash of everything that decides masked texts and so template ids."""
    rules = [[rule.model_dump() for rule in rules] for rules in (masks, protect)]
    return hashlib.sha256(json.dumps(rules, sort_keys=True).encode()).hexdigest()[:12]


_Mask = str | tuple[int, str] | None
"""What stands for a match; with a group, for that part of it only; None keeps the match as it is."""


class Masker:
    """Replaces what varies in a line by `<*>` (or another replacement of the rule)."""

    def __init__(self, rules: Sequence[MaskRule]) -> None:
        """Compile `rules`; of two that match at the same place the first wins."""
        # By number of the group that closed last; group 1 is what was passed over.
        self._masks: list[_Mask] = [None, None]
        branches = [self._branch(rule) for rule in rules]
        free = "|".join(f"(?:{rule.pattern})" for rule in rules if rule.start == "anywhere")
        skip = _PASS_OVER.format(ahead=f"(?!{free})" if free else "", many="" if free else "++")
        # Words and characters that no rule wants, and the end, match too: else `sub` starts over one further.
        branches += ["[A-Za-z]++", "(?s:.)", r"\Z"]
        self._pattern = re.compile(f"({skip})(?:{'|'.join(branches)})", re.ASCII)

    def _branch(self, rule: MaskRule) -> str:
        groups = re.compile(rule.pattern).groups
        value = len(self._masks)
        self._masks += [None] * groups
        self._masks.append((value, rule.replacement) if groups else rule.replacement or None)
        # The empty group closes last, so `lastindex` names the rule that matched.
        return f"(?:{rule.pattern})()"

    @staticmethod
    def key(text: str) -> bytes:
        """Return `text` with every run of digits collapsed to one `0`."""
        return _DIGITS.sub(b"0", text.encode())

    def mask(self, text: str) -> str:
        """Return the masked text."""
        return self._pattern.sub(self._replace, text)

    def mask_with_values(self, text: str) -> tuple[str, list[str]]:
        """Return the masked text, and what each of its `<*>` stands for."""
        values: list[str] = []

        def replace(match: re.Match[str]) -> str:
            mask = self._masks[match.lastindex or 0]
            if mask == WILDCARD:
                values.append(match[0][len(match[1]) :])
            elif isinstance(mask, tuple) and mask[1] == WILDCARD:
                values.append(match[mask[0]])
            return self._replace(match)

        return self._pattern.sub(replace, text), values

    def _replace(self, match: re.Match[str]) -> str:
        mask = self._masks[match.lastindex or 0]
        if mask is None:
            return match[0]
        if isinstance(mask, str):
            return match[1] + mask
        group, replacement = mask
        start, (left, right) = match.start(), match.span(group)
        return match[0][: left - start] + replacement + match[0][right - start :]
