"""Why a line is new or rare, in words."""

from typing import NamedTuple

from burl.detect.base import Explanation
from burl.detect.new_template.nearest import changed_tokens
from burl.parse import Catalogue


class Note(NamedTuple):
    """What was known of a line when it was scored; `nearest` is a template's index or -1."""

    template: int
    seen: int
    records: int
    surprise: float
    elsewhere: bool
    nearest: int


def explanation(note: Note, service: str, catalogue: Catalogue) -> Explanation:
    """Return the explanation of a line of `service`."""
    text = catalogue[note.template].text
    nearest = catalogue[note.nearest].text if note.nearest >= 0 else ""
    changed = changed_tokens(text, nearest) if nearest else []
    return Explanation(
        kind="rare_template" if note.seen else "new_template",
        reason=_reason(note, service, text, nearest, changed),
        template=note.template,
        nearest_template=note.nearest,
        changed_tokens=changed,
        probability=10**-note.surprise,
        decisive=not note.seen,
        detail={"seen_before": note.seen, "records_known": note.records, "known_elsewhere": note.elsewhere},
    )


def _reason(note: Note, service: str, text: str, nearest: str, changed: list[str]) -> str:
    if note.seen:
        times = "once" if note.seen == 1 else f"{note.seen} times"
        return f"{service} wrote this only {times} in {note.records} records before: {text!r}"
    if note.elsewhere:
        return f"{service} never wrote this before, other services did: {text!r}"
    if not nearest:
        return f"{service} never wrote anything like this before: {text!r}"
    differs = f", which differs in {', '.join(changed[:8])}" if changed else ""
    return f"{service} never wrote this before: {text!r}; nearest known is {nearest!r}{differs}"
