"""Wheel and sdist hold what the commands need and nothing else, and run where only they are installed."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from burl import __version__

ROOT = Path(__file__).resolve().parents[2]
DATA = (
    "burl/inject/sidecar.yaml",
    "burl/console/templates/report.html.jinja",
    "burl_opensearch/dashboards/burl.ndjson",
    "burl_opensearch/schemas/annotation.schema.json",
    "burl/py.typed",
)


LOG = "".join(f"2026-11-22T10:{i // 60:02}:{i % 60:02}Z INFO order {i} paid\n" for i in range(1200))
FAULT = "2026-11-22T10:30:00Z ERROR disk sda is on fire\n"


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `make dist`: the wheel is built from the sdist, so the sdist is whole."""
    out = tmp_path_factory.mktemp("dist")
    command = [
        sys.executable,
        "-m",
        "uv",
        "build",
        "--quiet",
        "--no-build-isolation",
        "--python",
        sys.executable,
    ]
    result = subprocess.run([*command, "--out-dir", out, ROOT], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return out


def test_the_wheel_holds_what_the_commands_need(dist: Path) -> None:
    with zipfile.ZipFile(dist / f"burl_agent-{__version__}-py3-none-any.whl") as wheel:
        names = set(wheel.namelist())
        entries = wheel.read(f"burl_agent-{__version__}.dist-info/entry_points.txt").decode()
    assert set(DATA) <= names
    tops = {name.split("/")[0] for name in names}
    assert tops == {"burl", "burl_opensearch", "burl_proto", f"burl_agent-{__version__}.dist-info"}
    assert "burl = burl.cli:main" in entries
    assert not [name for name in names if "__pycache__" in name]


def test_the_sdist_holds_no_logs_and_no_benchmarks(dist: Path) -> None:
    with tarfile.open(dist / f"burl_agent-{__version__}.tar.gz") as sdist:
        tops = {Path(name).parts[1] for name in sdist.getnames()}
    assert {"agent", "plugin", "proto", "README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml"} <= tops
    assert tops.isdisjoint({"examples", "bench", "tests", "data", "docs", "deploy"})


@pytest.mark.slow
@pytest.mark.parametrize("form", ["*.whl", "*.tar.gz"])
def test_each_runs_in_a_clean_environment(dist: Path, tmp_path: Path, form: str) -> None:
    (package,) = dist.glob(form)
    home, pins = tmp_path / "home", ROOT / "requirements" / "run.txt"
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, home], check=True)
    install = [*uv, "pip", "install", "--quiet", "--python", str(home / "bin" / "python")]
    subprocess.run([*install, "--constraints", str(pins), str(package)], check=True)
    log = tmp_path / "app.log"
    log.write_text(LOG + FAULT)
    for arguments, said in (
        (["--version"], f"burl {__version__}"),
        (["score", log], "is on fire"),
        (["validate"], ": valid."),
        (["inject", "--help"], "--logs"),
    ):
        command: list[str | Path] = [home / "bin" / "burl", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert said in done.stdout
