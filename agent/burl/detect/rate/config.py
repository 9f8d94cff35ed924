"""Settings of `rate`."""

from pydantic import Field

from burl.detect.base import DetectorConfig


class RateConfig(DetectorConfig):
    """How long rates are learnt, what is odd, and how much is remembered."""

    min_intervals: int = Field(30, ge=2, description="Intervals of history before a series is judged.")
    memory_intervals: int = Field(
        360,
        ge=10,
        description="Intervals that the mean of a series forgets over; one silent as long is dropped.",
    )
    odd_surprise: float = Field(
        4.0, gt=0, description="Decades of surprise from which a count is odd; milder ones score 0."
    )
    min_count: float = Field(
        5.0, ge=1, description="Bursts of fewer events, and drops where fewer were expected, are not judged."
    )
    min_variation: float = Field(
        0.15,
        ge=0,
        le=1,
        description="Standard deviation, as a share of the mean, that no traffic falls below.",
    )
    season_intervals: int | None = Field(
        None, ge=2, description="Length of the season in intervals; none: found where the totals show one."
    )
    max_season_intervals: int = Field(
        360, ge=8, le=20_000, description="Longest season that is looked for; twice as many totals are kept."
    )
    max_series: int = Field(
        20_000, ge=10, description="Pairs of service and template remembered; the longest silent go first."
    )
