"""The ensemble: verdicts of several detectors about the same units, combined as held-out data say.

The running agent shares the alert budget among the detectors of a bundle, which is the smallest p-value with
a correction for their number. Here, where units are judged one by one, the score is that p-value
(Sidak-corrected) and the verdict a vote; who votes, and how many votes it takes, is chosen on held-out
training data: as good as the best member there, but for what is chance.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from burl.train.evaluate.judge import ENSEMBLE, Judged
from burl.train.evaluate.measure import Bools, Floats
from burl.train.validation import Rule, Validation

_LEAST_P = 1e-300


class _Jury(NamedTuple):
    """So many of the best members vote, and so many votes convict."""

    voters: int
    needed: int
    f1: float


def combine(members: Sequence[Judged]) -> Judged | None:
    """Return the ensemble of detectors of one unit; None when fewer than two were validated."""
    pairs = [(member, member.validation) for member in members if member.validation is not None]
    if len(pairs) < 2:  # one is no ensemble
        return None
    pairs.sort(key=lambda pair: -_rule(pair[1]).f1)
    jury = _jury([validation for _, validation in pairs])
    chosen = [member for member, _ in pairs[: jury.voters]]
    votes = [_vote(member, validation) for member, validation in pairs]
    names = ", ".join(member.name for member in chosen)
    return Judged(
        name=ENSEMBLE,
        unit=chosen[0].unit,
        scores=_surprise([member.p_values for member in chosen]),
        p_values=np.min([member.p_values for member in chosen], axis=0),
        found=np.sum(votes[: jury.voters], axis=0) >= jury.needed,
        paper=None,
        chosen_by=f"{jury.needed} of {names}: held-out F1 {jury.f1:.3f}",
        train_seconds=sum(member.train_seconds for member in chosen),
        lines_per_second=1 / sum(1 / member.lines_per_second for member in chosen),
    )


def _vote(member: Judged, validation: Validation) -> Bools:
    of_paper = np.zeros_like(member.found) if member.paper is None else member.paper
    return _rule(validation).verdicts(member.scores, of_paper)


def _rule(validation: Validation) -> Rule:
    """Return how a member votes: by its best threshold where that is better at all, as others even it out."""
    return validation.rule(errors=0.0)


def _jury(validations: Sequence[Validation]) -> _Jury:
    """Return the largest jury that decides by the nearest to a majority, among those as good as the best.

    What two held-out false alarms more or less make of F1 is chance, no difference.
    """
    ballots = np.array([_rule(each).verdicts(each.scores, each.decisive) for each in validations])
    first = validations[0]
    juries = [
        _Jury(voters, needed, first.f1_of(ballots[:voters].sum(axis=0) >= needed))
        for voters in range(1, len(ballots) + 1)
        for needed in range(1, voters + 1)
    ]
    least = max(jury.f1 for jury in juries) - 2 * first.grain()
    good = [jury for jury in juries if jury.f1 >= least]
    return min(good, key=lambda jury: (abs(2 * jury.needed - jury.voters - 1), -jury.voters))


def _surprise(p_values: Sequence[Floats]) -> Floats:
    """Return -log10 of the smallest p-value, corrected for looking at several (Sidak 1967)."""
    smallest = np.clip(np.min(p_values, axis=0), _LEAST_P, 1.0)
    # 1 - (1 - p)^k, exact for tiny p
    corrected = -np.expm1(len(p_values) * np.log1p(-np.minimum(smallest, 1 - 1e-16)))
    return np.asarray(np.maximum(-np.log10(corrected), 0.0), dtype=np.float64)
