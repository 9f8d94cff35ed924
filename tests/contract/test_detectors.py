"""Every registered detector passes every check, and a broken one does not."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from burl.detect import Detector, Scores
from burl.detect.base import Units
from burl.detect.new_template.detector import NewTemplate
from burl.detect.registry import detector_names, detector_type
from burl.detect.value.detector import Value
from burl.testing import detector_checks
from burl.testing.detector_checks import Check, checks_for

CASES = [
    pytest.param(name, check, id=f"{name}:{check.__name__}")
    for name in detector_names()
    for check in checks_for(detector_type(name))
]


@pytest.mark.parametrize(("name", "check"), CASES)
def test_every_detector_passes_every_check(name: str, check: Check, tmp_path: Path) -> None:
    check(detector_type(name), tmp_path)


class _Deaf(Value):
    """Finds nothing odd in anything."""

    def score(self, units: Units) -> Scores:
        found = super().score(units)
        return replace(found, values=np.zeros_like(found.values))


class _Wild(Value):
    """Scores that are no numbers."""

    def score(self, units: Units) -> Scores:
        found = super().score(units)
        return replace(found, values=np.full_like(found.values, np.nan))


class _Forgetful(NewTemplate):
    """Keeps nothing of what it learnt."""

    def restore(self, state: Any) -> None:
        pass


@pytest.mark.parametrize(
    ("broken", "check"),
    [
        (_Deaf, detector_checks.check_explanations),
        (_Deaf, detector_checks.check_better_than_chance),
        (_Wild, detector_checks.check_finite_scores),
        (_Forgetful, detector_checks.check_state_round_trip),
    ],
)
def test_checks_refuse_what_is_broken(broken: type[Detector], check: Check, tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        check(broken, tmp_path)
