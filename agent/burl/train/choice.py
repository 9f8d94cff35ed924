"""Which detectors suit the data: what `auto` means, and why."""

from collections.abc import Sequence

from burl.train.corpus import Corpus, Split

AUTO = "auto"
_MIN_SESSIONS = 200
"""Sessions from which on they are judged as such."""
_MIN_WINDOWS = 200
_MIN_INTERVALS = 40


def choose(wanted: Sequence[str], split: Split) -> list[tuple[str, str]]:
    """Return (spec, why it was chosen) of each detector to train."""
    if list(wanted) != [AUTO]:
        return [(spec, "asked for") for spec in wanted]
    chosen = [("new_template", "always: what was never seen is worth a look")]
    fit = split.fit
    sessions, windows = _count(fit, "session"), _count(fit, "window")
    if sum(len(part.closed) for part in fit.intervals()) >= _MIN_INTERVALS:
        chosen.append(("rate", "there is enough history of counts for bursts and silence"))
    if sessions >= _MIN_SESSIONS:
        chosen.append(("event_set:session", f"{sessions} sessions show what belongs together"))
        chosen.append(("deeplog:session", f"{sessions} sessions show what follows what"))
    elif windows >= _MIN_WINDOWS:
        chosen.append(
            ("deeplog:window", f"no ids tie lines together; {windows} windows show what follows what")
        )
    return chosen


def _count(corpus: Corpus, unit: str) -> int:
    sequences = corpus.sessions if unit == "session" else corpus.windows
    return len(sequences) if sequences is not None else 0
