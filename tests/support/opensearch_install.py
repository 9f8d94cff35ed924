"""OpenSearch and a JDK to run it on: found on this machine, or fetched from Maven Central."""

import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "opensearch"
ARTIFACT = "org.opensearch.distribution.integ-test-zip:opensearch"
VERSIONS = {21: "3.8.0", 17: "2.19.6"}
"""Newest version that runs, by the JDK it needs at least. Pinned: Maven Central's metadata is incomplete."""
NEWEST_JDK = {"2.19.4": 24, "2.19.6": 24, "3.8.0": 99}


class OpenSearchUnavailableError(Exception):
    """No OpenSearch can be installed here; says what to do."""


def find_jdk(versions: Mapping[int, str]) -> tuple[Path, str]:
    """Return a JDK's home, and the version of OpenSearch to run on it: the first of `versions` possible."""
    homes = {Path(os.environ["JAVA_HOME"])} if "JAVA_HOME" in os.environ else set()
    homes |= {path.resolve() for path in Path("/usr/lib/jvm").glob("*")}
    java = shutil.which("java")
    if java:
        homes.add(Path(java).resolve().parents[1])
    majors = {home: _major(home) for home in sorted(homes) if (home / "bin" / "java").exists()}
    for needed, version in versions.items():
        for home, major in majors.items():
            if needed <= major <= NEWEST_JDK[version]:
                return home, version
    needed = min(versions)
    raise OpenSearchUnavailableError(f"no JDK {needed}: apt-get install openjdk-{needed}-jre-headless maven")


def wanted_versions() -> dict[int, str]:
    """Return the versions to choose from: all, or the one that `OPENSEARCH_VERSION` names."""
    named = os.environ.get("OPENSEARCH_VERSION")
    wanted = {jdk: version for jdk, version in VERSIONS.items() if named in {None, version}}
    if not wanted:
        raise OpenSearchUnavailableError(f"OPENSEARCH_VERSION is none of {', '.join(VERSIONS.values())}")
    return wanted


def install(version: str) -> Path:
    """Return the home of OpenSearch `version`, fetching it on first use (56 to 160 MB)."""
    home = CACHE / f"opensearch-{version}"
    if (home / "bin" / "opensearch").exists():
        return home
    if not shutil.which("mvn"):
        raise OpenSearchUnavailableError("no Maven: apt-get install maven")
    _unpack(fetch(ARTIFACT, version), home)
    return home


def fetch(artifact: str, version: str) -> Path:
    """Return a zip file from Maven Central."""
    coordinates = f"{artifact}:{version}:zip"
    downloads = CACHE / "download"
    downloads.mkdir(parents=True, exist_ok=True)
    _maven("dependency:get", coordinates)
    _maven("dependency:copy", coordinates, f"-DoutputDirectory={downloads}")
    return downloads / f"{artifact.rsplit(':', maxsplit=1)[-1]}-{version}.zip"


def _major(home: Path) -> int:
    """Return the major version that the JDK says it has; 0 where it says none."""
    said = subprocess.run([home / "bin" / "java", "-version"], capture_output=True, text=True, check=False)
    match = re.search(r'version "(\d+)', said.stderr)
    return int(match[1]) if match else 0


def _maven(goal: str, coordinates: str, *options: str) -> None:
    command = ["mvn", "-q", "-B", goal, "-Dtransitive=false", f"-Dartifact={coordinates}", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OpenSearchUnavailableError(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def _unpack(archive: Path, home: Path) -> None:
    """Unpack next to `home` and rename, so that an interrupted run leaves nothing that looks installed."""
    partial = home.with_name(f"{home.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    with zipfile.ZipFile(archive) as content:
        content.extractall(partial)
    (top,) = partial.iterdir()
    for script in (top / "bin").iterdir():
        script.chmod(0o755)
    top.rename(home)
    partial.rmdir()
    archive.unlink()
