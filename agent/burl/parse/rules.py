r"""The masking and protection rules that Burl ships; each can be replaced in the settings.

A mask that knows digits only as runs (`\d+`) needs no guard: see `burl.parse.settings.MaskRule`.
"""

from typing import Any

_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = r"\d+:\d+:\d+(?:[.,]\d+)?"
_NUMBER = r"\d+(?:[.,:/-]\d+)*"
_HEX = "[0-9a-fA-F]"
_DOTTED = r"[A-Za-z_]\w*(?:\.\w+)+"
_STATUS_BEFORE = (
    r'(?:(?<=HTTP/\d\.\d" )|(?<=HTTP/\d\.\d )|(?<=HTTP/\d" )'
    r'|(?<=tatus[ =:])|(?<=tatus[":][ :])|(?<=swered ))'
)
_SAYS_NOTHING = r"(?<!msg)(?<!message)(?<!event)(?<!err)(?<!error)(?<!reason)(?<!exception)"
_CODE_BEFORE = r'(?:(?<=code[ =:])|(?<=code[":][ :])|(?<=xit[ =:])|(?<=ignal[ =:])|(?<=rrno[ =:]))'


def _mask(name: str, pattern: str, replacement: str = "<*>", guard: str = "") -> dict[str, Any]:
    return {"name": name, "pattern": pattern, "replacement": replacement, "guard": guard, "start": "token"}


DEFAULT_MASKS = (
    # Numbers that carry meaning come first and stay, so that 200 and 500 are two templates.
    _mask("http_version", r"(?<=HTTP/)\d(?:\.\d)?(?!\w)", "", guard="HTTP/0"),
    _mask(
        "http_status",
        _STATUS_BEFORE + r"[1-5]\d\d(?![\w.])",
        "",
        guard=r'(?:HTTP/[\d.]+"? |tatus[ =:"]+|swered )0',
    ),
    _mask("code", _CODE_BEFORE + r"\d\d?\d?(?![\w.:/-])", "", guard=r'(?:code|xit|ignal|rrno)[ =:"]+0'),
    _mask("time", rf"\d+[-/.]\d+[-/.]\d+[T ]{_CLOCK}(?: ?Z| ?UTC| ?[+-]\d+(?::\d+)?)?", "<TIME>"),
    _mask("time_month", rf"\d+[ /-]{_MONTH}[ /-]\d+[: ]{_CLOCK}(?: [+-]\d+)?", "<TIME>"),
    _mask("time_words", rf"(?:{_DAY},? )?{_MONTH} +\d+ {_CLOCK}(?: \d+(?!\S))?", "<TIME>"),
    _mask(
        "uuid",
        f"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}",
        guard="-[0a-fA-F]+-[0a-fA-F]+-[0a-fA-F]+-",
    ),
    # Letters between digits: ids (3c516083) and durations (5m30s) alike.
    _mask("mixed", r"\d+[A-Za-z]+\d+[^\W_]*"),
    _mask("hex", rf"\d(?={_HEX}{{5}})\d*[a-fA-F]{_HEX}*(?![^\W_])", guard="0[a-fA-F]"),
    _mask("number", _NUMBER + r"(?: ?[KMGT]?i?B(?!\w))?"),
    _mask("mixed_word", r"[A-Za-z]++\d+[A-Za-z]+\d+[^\W_]*"),
    _mask("hex_word", rf"[a-fA-F](?={_HEX}{{5}})[a-fA-F]*+\d{_HEX}*(?![^\W_])", guard="[a-fA-F]0"),
    # No word is made of eight of these letters, one id in two thousand is.
    _mask("hex_letters", "[a-f]{8,}(?![^\\W_])", guard="[a-f]{8}"),
    _mask("mail", r"[^\W_][\w.+-]{0,63}@[\w-]+(?:\.[\w-]+)+", guard=r"[\w.+-]@[\w-]+\."),
    # A minus sign belongs to the number unless something stands right before it (WH-3).
    _mask("signed", rf"[-+](?<![^\W_].)(?<![)\]].){_NUMBER}"),
    # What Kubernetes appends to the name of a workload: replica set and pod.
    _mask("pod", r"-(?=[a-z]*\d)[a-z\d]{8,10}-[a-z\d]{5}(?![\w-])", guard="-[a-z]*0[a-z0]*-[a-z0]+"),
    # The second of two quoted texts, as access logs end with referrer and user agent.
    _mask("agent", r'" "([^"]*)"'),
    # A quoted value of several words, so that their number doesn't matter; but not what the line has to say.
    _mask("quoted", rf"""{_SAYS_NOTHING}=["']([^"'\s]*\s[^"']*)["']"""),
    _mask("query", r"""[?&][\w.%-]+=([^&\s"'<>]+)"""),
)

FORMER_PATTERNS = (r"""=["']([^"'\s]*\s[^"']*)["']""",)
"""Of rules as they once were: bundles trained with them still load."""

_LEVEL = "TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRIT|CRITICAL|ALERT|EMERG|FATAL|PANIC|SEVERE"

DEFAULT_PROTECTED = (
    {
        "name": "level",
        "pattern": rf"(?<![\w.])(?:{_LEVEL}|LOG|STATEMENT|DETAIL|HINT)(?![\w.])",
        "ends_head": True,
    },
    {
        "name": "level_lower",
        "pattern": rf"(?i:\[(?:{_LEVEL})\]|\blevel\"?[=:] ?\"?[a-z]+)",
        "ends_head": True,
    },
    # The path of a 404 says what somebody guessed, not what the service has; nginx's errors only mention it.
    {
        "name": "route",
        "pattern": r'\b(?<!request: ")(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /[^\s"?]*+'
        r"(?! HTTP/\S+ 40[0458])",
    },
    {"name": "http_status", "pattern": r'HTTP/\d(?:\.\d)?"? [1-5]\d\d(?!\d)'},
    {
        "name": "status",
        "pattern": r'(?i:\b(?:status|exit|code|signal|errno|answered)[ =:"]+\d{1,3}(?![\w.]))',
    },
    {"name": "error_kind", "pattern": r"(?:\w+\.)*[A-Za-z]\w*(?:Error|Exception|Exceeded)\b"},
    # Dotted names in brackets, or right before a bracketed id: loggers, tasks.
    {"name": "logger", "pattern": rf"\[{_DOTTED}\]|\({_DOTTED}\)|{_DOTTED}(?=\[<\*>\])"},
)
