"""The example of a detector passes the checks that ours pass, and is found once it is installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from burl.testing.detector_checks import Check, checks_for
from burl_pairs import Pairs

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "detector"


@pytest.mark.parametrize("check", checks_for(Pairs), ids=lambda check: check.__name__)
def test_it_passes_every_check(check: Check, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(EXAMPLE / "src"))
    check(Pairs, tmp_path)


def test_it_is_found_once_installed(tmp_path: Path) -> None:
    uv = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*uv, "--python", sys.executable, "--target", tmp_path, EXAMPLE], check=True)
    program = "from burl.detect.registry import detector_type; print(detector_type('pairs').__module__)"
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout == "burl_pairs\n"
