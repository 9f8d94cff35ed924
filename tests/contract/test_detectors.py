"""Every registered detector passes every check."""

from pathlib import Path

import pytest

from burl.detect.registry import detector_names, detector_type
from burl.testing.detector_checks import Check, checks_for

CASES = [
    pytest.param(name, check, id=f"{name}:{check.__name__}")
    for name in detector_names()
    for check in checks_for(detector_type(name))
]


@pytest.mark.parametrize(("name", "check"), CASES)
def test_every_detector_passes_every_check(name: str, check: Check, tmp_path: Path) -> None:
    check(detector_type(name), tmp_path)
