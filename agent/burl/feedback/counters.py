"""What the feedback room counts."""

from dataclasses import dataclass


@dataclass(slots=True)
class FeedbackCounters:
    """Counts since the start.

    Attributes:
        in_force: suppressions that are applied now.
        failures: times that they could not be read, or that what they hid could not be noted.
    """

    in_force: int = 0
    failures: int = 0
