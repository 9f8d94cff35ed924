"""Did the logs change? Counts of templates before and after, compared service by service."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["new", "vanished", "shifted"]
Counts = Mapping[tuple[str, int], int]
"""Lines by service and template index."""


@dataclass(frozen=True, slots=True)
class Change:
    """A template whose share of its service's lines is not what it was.

    Attributes:
        before, after: lines of it; shares of its service's lines are what is compared.
        p_value: chance of such a difference if nothing had changed (corrected for the number of templates).
    """

    kind: Kind
    service: str
    template: int
    before: int
    after: int
    p_value: float


def compare(before: Counts, after: Counts, *, alpha: float = 0.01, min_ratio: float = 2.0) -> list[Change]:
    """Return the significant changes, the surest first.

    A log-likelihood ratio test (Dunning 1993, "Accurate methods for the statistics of surprise and
    coincidence") of each template's share in its service, corrected by Benjamini and Hochberg (1995). With
    many lines everything is significant, so a share must also have changed by `min_ratio`.

    Args:
        before: lines of the one side.
        after: lines of the other.
        alpha: share of false ones among what is returned that is put up with.
        min_ratio: of the shares; smaller shifts are left out. New and vanished templates have none.
    """
    totals_before, totals_after = _totals(before), _totals(after)
    changes = [
        Change(
            _kind(old, new),
            service,
            template,
            old,
            new,
            _p_value(old, totals_before[service], new, totals_after[service]),
        )
        for service, template in sorted(before.keys() | after.keys())
        for old, new in ((before.get((service, template), 0), after.get((service, template), 0)),)
    ]
    sure = _corrected(changes)
    kept = [
        change
        for change in sure
        if change.p_value <= alpha
        and _ratio(change, totals_before[change.service], totals_after[change.service]) >= min_ratio
    ]
    return sorted(kept, key=lambda change: (change.p_value, -max(change.before, change.after)))


def _totals(counts: Counts) -> Counter[str]:
    totals: Counter[str] = Counter()
    for (service, _), lines in counts.items():
        totals[service] += lines
    return totals


def _kind(before: int, after: int) -> Kind:
    if not before:
        return "new"
    return "shifted" if after else "vanished"


def _ratio(change: Change, total_before: int, total_after: int) -> float:
    if not (change.before and change.after):
        return math.inf
    ratio = (change.after / total_after) / (change.before / total_before)
    return max(ratio, 1 / ratio)


def _p_value(before: int, total_before: int, after: int, total_after: int) -> float:
    """Return the chance of such counts, or odder ones, if both sides had one share.

    A service that is missing on one side says nothing by its totals: its lines then are compared as if that
    side had written as many.
    """
    total_before, total_after = total_before or total_after, total_after or total_before
    share = (before + after) / (total_before + total_after)
    statistic = 2 * (_information(before, total_before, share) + _information(after, total_after, share))
    return math.erfc(math.sqrt(max(statistic, 0.0) / 2))  # chi-square with one degree of freedom


def _information(lines: int, total: int, share: float) -> float:
    """Return the log-likelihood of `lines` out of `total` at its own share, less that at `share`."""
    rest = total - lines
    hit = lines * math.log(lines / (total * share)) if lines else 0.0
    return hit + (rest * math.log(rest / (total * (1 - share))) if rest else 0.0)


def _corrected(changes: list[Change]) -> list[Change]:
    """Return `changes` with p-values for which the false discovery rate is bounded."""
    ordered = sorted(changes, key=lambda change: change.p_value, reverse=True)
    lowest = 1.0
    result = []
    for rank, change in zip(range(len(ordered), 0, -1), ordered, strict=True):
        lowest = min(lowest, change.p_value * len(ordered) / rank)
        result.append(
            Change(change.kind, change.service, change.template, change.before, change.after, lowest)
        )
    return result
