"""Which detectors suit the data: what `auto` means, and why."""

from collections.abc import Sequence
from typing import NamedTuple

from burl.train.corpus import Corpus, Split

AUTO = "auto"
_MIN_SESSIONS = 200
"""Sessions from which on they are judged as such."""
_MIN_WINDOWS = 200
_MIN_INTERVALS = 40


class Choice(NamedTuple):
    """A detector to train: its spec, why, and its share of the alert budget relative to the others."""

    spec: str
    why: str
    weight: float = 1.0


def choose(wanted: Sequence[str], split: Split) -> list[Choice]:
    """Return the detectors to train."""
    if list(wanted) != [AUTO]:
        return [Choice(spec, "asked for") for spec in wanted]
    chosen = [Choice("new_template", "always: what was never seen is worth a look")]
    fit = split.fit
    sessions, windows = _count(fit, "session"), _count(fit, "window")
    if sum(len(part.closed) for part in fit.intervals()) >= _MIN_INTERVALS:
        chosen.append(Choice("rate", "there is enough history of counts for bursts and silence"))
    if sessions >= _MIN_SESSIONS:
        chosen.append(Choice("event_set:session", f"{sessions} sessions show what belongs together"))
        why = f"{sessions} sessions show what follows what; half a share, for event_set judges them, too"
        chosen.append(Choice("deeplog:session", why, 0.5))
    elif windows >= _MIN_WINDOWS:
        why = f"no ids tie lines together; {windows} windows show what follows what"
        chosen.append(Choice("deeplog:window", why))
    return chosen


def _count(corpus: Corpus, unit: str) -> int:
    sequences = corpus.sessions if unit == "session" else corpus.windows
    return len(sequences) if sequences is not None else 0
