"""Parameters of templates that have few values, as training found them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Self

from burl.detect.value.config import ValueConfig

_MAX_CHARACTERS = 200


class Place(NamedTuple):
    """A parameter with few values.

    Attributes:
        number: which variable part of the template, from 0.
        values: all that training saw, the most frequent first.
        surprise: decades of surprise at another one: -log10 of the chance that the next is new (Good 1953:
            the share of values met once).
    """

    number: int
    values: tuple[str, ...]
    surprise: float

    @classmethod
    def of(cls, number: int, values: Sequence[str], config: ValueConfig, surprise: float) -> Self | None:
        """Return the place, None when its values are too many or new ones came late."""
        counts = Counter(values)
        settled = len(set(values[: len(values) // 2])) == len(counts)
        if len(counts) > config.max_values or not settled:
            return None
        return cls(number, tuple(value for value, _ in counts.most_common()), surprise)


def shortened(parameters: Iterable[str], most: int) -> list[str]:
    """Return the first parameters, cut to a length that is worth remembering."""
    return [value[:_MAX_CHARACTERS] for value, _ in zip(parameters, range(most), strict=False)]


def to_json(places: Mapping[str, Sequence[Place]]) -> dict[str, list[list[object]]]:
    """Return plain values, by template id."""
    return {key: [[p.number, list(p.values), p.surprise] for p in found] for key, found in places.items()}


def from_json(data: Mapping[str, Sequence[Sequence[object]]]) -> dict[str, list[Place]]:
    """Read what `to_json` wrote. Raises TypeError or ValueError when it is something else."""
    return {str(key): [_place(*row) for row in rows] for key, rows in data.items()}


def _place(number: object, values: object, surprise: object) -> Place:
    if not isinstance(number, int) or not isinstance(values, list) or not isinstance(surprise, int | float):
        raise TypeError("no place of a parameter")
    return Place(number, tuple(map(str, values)), float(surprise))
