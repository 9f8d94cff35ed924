"""Which regular expressions cannot run away: told from their text, before they meet a line.

Python's engine tries, at each place of a line, every way in which open repeats can share its characters. One
open repeat of single characters costs at most the square of the line's length, which the settings bound
(`max_line_chars`); one more after it, where the first can end in many places, costs its cube, and one
inside another may never end. A possessive repeat (`++`, `*+`) gives nothing back: it ends in one place.
"""

import re

_TOKEN = re.compile(
    r"(?P<atom>\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\*+?{}()|])"
    r"|(?P<enter>\((?:\?(?:[:=!>]|<[=!]|P<\w+>))?)|(?P<leave>\))|(?P<either>\|)"
    r"|(?P<open>(?:[*+]|\{\d*,\})(?P<possessive>\+)?)"
    r"|(?P<closed>\{[^}]*\}\+?|[?}]\+?)",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^\\.^$\[\]]|\\[^A-Za-z0-9]", re.DOTALL)
_INSTEAD = "make it possessive by a further +, so that it gives nothing back"


def may_run_away(pattern: str) -> str:
    """Return why a search by `pattern` may take more than the square of a line's length; "" when it cannot.

    It errs on the safe side: what it refuses may be harmless.
    """
    tokens = list(_TOKEN.finditer(pattern))
    # Of the open groups: repeats that end in many places, in the worst alternative and in the present one.
    groups = [[0, 0]]
    inside = 0  # of the group that ended last
    for before, token, after in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        repeats_group = before is not None and before["leave"] is not None
        if token["enter"]:
            groups.append([0, 0])
        elif token["leave"] and len(groups) > 1:
            inside = max(groups.pop())
            groups[-1][1] += inside
        elif token["either"]:
            groups[-1] = [max(groups[-1]), 0]
        elif token["closed"] and repeats_group and inside and not token["closed"].startswith("?"):
            return f"{token[0]} repeats a group that holds an open repeat: {_INSTEAD}"
        elif token["open"]:
            if any(shared for _, shared in groups):
                return f"an open repeat before {token[0]} can end in many places: {_INSTEAD}"
            if repeats_group and not token["possessive"]:
                return f"{token[0]} repeats a group: {_INSTEAD}"
            ends = token["possessive"] or _ends_at("" if before is None else before[0], after)
            groups[-1][1] += not ends
    return ""


def _ends_at(atom: str, following: "re.Match[str] | None") -> bool:
    """Return True when what follows a repeat of `atom` is a character that it cannot match."""
    if following is None or following["atom"] is None or not _PLAIN.fullmatch(following["atom"]):
        return False
    return re.fullmatch(atom, following["atom"].removeprefix("\\"), re.ASCII) is None
