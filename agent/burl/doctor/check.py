"""What a check found."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "broken"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        subject: what it is: a setting, a file, a server.
        state: `broken` when the agent does not work so, or logs can be lost.
        found: what was found, in one line.
        advice: what to do about it.
    """

    subject: str
    state: State
    found: str
    advice: str = ""


def ok(subject: str, found: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(subject, "ok", found)


def warning(subject: str, found: str, advice: str) -> Check:
    """Return a check that found what should be better."""
    return Check(subject, "warning", found, advice)


def broken(subject: str, found: str, advice: str) -> Check:
    """Return a check that found what does not work, or loses logs."""
    return Check(subject, "broken", found, advice)
