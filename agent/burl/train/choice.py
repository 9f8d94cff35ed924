"""Which detectors suit the data: what `auto` means, and why."""

from collections.abc import Sequence
from typing import NamedTuple

from burl.errors import ConfigError, InputError
from burl.train.corpus import Corpus, Split
from burl.train.fitting import MIN_UNITS
from burl.train.labels import normal_units
from burl.window import Unit

AUTO = frozenset({"auto", "ensemble"})
"""Two words for one thing: what suits the data, the budget shared by all (docs/adr/0011)."""
_MIN_SESSIONS = 200
"""Sessions from which on they are judged as such."""
_MIN_ALONE = 60
"""The same, where there are no lines that anything else could be learnt from."""
_MIN_WINDOWS = 200
_MIN_INTERVALS = 40
_MIN_LABELLED = 20


class Choice(NamedTuple):
    """A detector to train: its spec, why, and its share of the alert budget relative to the others."""

    spec: str
    why: str
    weight: float = 1.0
    rivals: tuple[str, ...] = ()
    """Other specs that are tried, too; what does best on held-out units is kept."""


def choose(wanted: Sequence[str], split: Split) -> list[Choice]:
    """Return the detectors to train.

    Raises:
        ConfigError: `auto` stands beside others.
    """
    if not AUTO & set(wanted):
        return [Choice(spec, "asked for") for spec in wanted]
    if len(wanted) > 1:
        raise ConfigError("--detectors auto stands alone: it says which")
    fit, chosen = split.fit, list[Choice]()
    normal = Split(normal_units(fit), normal_units(split.holdout))
    if fit.count("event"):
        chosen.append(Choice("new_template", "always: what was never seen is worth a look"))
    chosen += _of_words(split)
    sessions, windows = _usable(normal, "session"), _usable(normal, "window")
    if fit.timed and _usable(normal, "interval") >= _MIN_INTERVALS:
        chosen.append(Choice("rate", "there is enough history of counts for bursts and silence"))
    if sessions >= (_MIN_SESSIONS if chosen else _MIN_ALONE):
        chosen.append(Choice("event_set:session", f"{sessions} sessions show what belongs together"))
        why = f"{sessions} sessions show what follows what; half a share, for event_set judges them, too"
        chosen.append(Choice("deeplog:session", why, 0.5))
        chosen += _labelled(fit, "session")
    elif windows >= _MIN_WINDOWS:
        why = f"no ids tie lines together; {windows} windows show what follows what"
        chosen.append(Choice("deeplog:window", why))
        chosen += _labelled(fit, "window")
    if not chosen:
        raise InputError(
            f"{fit.count('session')} sequences, no lines: too little to learn from; it takes {_MIN_ALONE}"
        )
    return chosen


def _of_words(split: Split) -> list[Choice]:
    """Return what reads the words of lines, where lines of both parts are labelled abnormal."""
    labels = [part.labels("event") for part in (split.fit, split.holdout)]
    odd = [0 if part is None else int(part.sum()) for part in labels]
    if sum(odd) < _MIN_LABELLED or not all(odd):
        return []
    why = f"{sum(odd)} lines are labelled abnormal"
    return [Choice("transformer", why, rivals=("glove_mean", "logsy"))]


def _labelled(fit: Corpus, unit: Unit) -> list[Choice]:
    """Return what learns from labels, where both classes are known well enough."""
    labels = fit.labels(unit)
    odd = 0 if labels is None else int(labels.sum())
    if odd < _MIN_LABELLED:
        return []
    return [Choice(f"neighbours:{unit}", f"{odd} {unit}s are labelled abnormal: what is like them is, too")]


def _usable(normal: Split, unit: Unit) -> int:
    """Return how many units can be learnt from: none where too few are held out to calibrate by."""
    return normal.fit.count(unit) if normal.holdout.count(unit) >= MIN_UNITS else 0
