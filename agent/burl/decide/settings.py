"""Settings of the decide room."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_BUDGET = re.compile(r"(?P<count>\d+(?:\.\d+)?)\s*/\s*(?P<per>hour|day|week)")
_PER_DAY = {"hour": 24.0, "day": 1.0, "week": 1 / 7}


def incidents_per_day(budget: str) -> float:
    """Return the false incidents a day that a budget such as `10/day` or `2/week` allows.

    Raises:
        ValueError: it is not a count, a slash and `hour`, `day` or `week`.
    """
    match = _BUDGET.fullmatch(budget.strip())
    if match is None or float(match["count"]) <= 0:
        raise ValueError(f"budget {budget!r} is not of the form 10/day (or /hour, /week)")
    return float(match["count"]) * _PER_DAY[match["per"]]


def _checked(budget: str) -> str:
    incidents_per_day(budget)
    return budget


class DecideSettings(BaseModel):
    """How raw scores become grades, findings and incidents."""

    model_config = ConfigDict(extra="forbid")

    budget: Annotated[str, AfterValidator(_checked)] = Field(
        "10/day", description="Expected number of false incidents of one agent: 10/day, 1/hour, 2/week."
    )
    incident_gap_seconds: float = Field(
        60.0, gt=0, description="Event time without a finding after which an incident is closed."
    )
    incident_max_seconds: float = Field(
        900.0, gt=0, description="Event time after which an incident is closed though findings go on."
    )
    incident_first_lines: int = Field(
        10, ge=1, le=100, description="Raw lines that an incident carries: the first ones it was made of."
    )
    max_open_incidents: int = Field(
        1000, ge=1, description="Incidents remembered at once; the oldest is closed beyond it."
    )
    deploy_grace_seconds: float = Field(
        900.0,
        ge=0,
        description="Event time from the first record of a service's new version or image on in which its new"
        " lines are marked `new_since_deploy` and open no incident; 0: they do at once.",
    )
    template_count_seconds: float = Field(
        300.0, ge=0, description="Event time that one count of a template covers in OpenSearch; 0: none kept."
    )
