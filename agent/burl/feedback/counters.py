"""What the feedback room counts."""

from collections import Counter
from dataclasses import dataclass, field

from burl.feedback.precision import Verdicts


@dataclass(slots=True)
class FeedbackCounters:
    """Counts since the start.

    Attributes:
        in_force: suppressions that are applied now.
        failures: times that they could not be read, or that what they hid could not be noted.
        verdicts: on findings, the newest of all that are in force. Replaced, never changed.
    """

    in_force: int = 0
    failures: int = 0
    verdicts: Verdicts = field(default_factory=Counter)
