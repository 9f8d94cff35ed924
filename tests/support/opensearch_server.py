"""A real OpenSearch on this machine, for tests: installed from Maven Central, run as an ordinary user."""

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import zipfile
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "opensearch"
ARTIFACT = "org.opensearch.distribution.integ-test-zip:opensearch"
VERSIONS = {21: "3.8.0", 17: "2.19.6"}
"""Newest version that runs, by the JDK it needs at least. Pinned: Maven Central's metadata is incomplete."""
NEWEST_JDK = {"2.19.4": 24, "2.19.6": 24, "3.8.0": 99}

_USER = 10200
"""OpenSearch refuses to run as root: any id will do, no account is needed."""
_START_SECONDS = 180
_STOP_SECONDS = 60


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


def _wanted() -> dict[int, str]:
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


class OpenSearchServer:
    """One node on free ports of 127.0.0.1; may be stopped, killed and started again with the same data."""

    def __init__(self, versions: Mapping[int, str] | None = None) -> None:
        """Install OpenSearch where needed; nothing runs yet."""
        versions = versions or _wanted()
        self._jdk, self.version = find_jdk(versions)
        self._home = self._install()
        # Not pytest's own folder: that one is closed to the ordinary user that the server runs as.
        self._directory = Path(tempfile.mkdtemp(prefix="burl-opensearch-"))
        self._port, self._transport_port = _free_ports()
        self._process: subprocess.Popen[bytes] | None = None
        self._headers: Mapping[str, str] = {}
        self._prepare()

    @property
    def url(self) -> str:
        """Where it answers while it runs."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start, and return when it answers. Data of an earlier run is there again."""
        environment = {
            "PATH": os.environ["PATH"],
            "JAVA_HOME": str(self._jdk),
            "OPENSEARCH_JAVA_HOME": str(self._jdk),
            "OPENSEARCH_PATH_CONF": str(self._directory / "config"),
            "OPENSEARCH_JAVA_OPTS": "-Xms256m -Xmx256m",
            "OPENSEARCH_TMPDIR": str(self._directory / "tmp"),
        }
        with (self._directory / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_as_ordinary_user(), str(self._home / "bin" / "opensearch")],
                env=environment,
                cwd=self._directory,
                stdout=log,
                stderr=log,
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop gracefully."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_STOP_SECONDS)
            self._process = None

    def kill(self) -> None:
        """Kill at once (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_STOP_SECONDS)
            self._process = None

    def remove(self) -> None:
        """Stop, and delete all data."""
        self.stop()
        shutil.rmtree(self._directory)

    def _install(self) -> Path:
        return install(self.version)

    def _prepare(self) -> None:
        config = self._directory / "config"
        shutil.copytree(self._home / "config", config)
        options = (config / "jvm.options").read_text()
        # The garbage collector's log is a relative path into a folder that is not ours to write.
        kept = [line for line in options.splitlines() if "gc.log" not in line]
        (config / "jvm.options").write_text("\n".join(kept) + "\n")
        (config / "opensearch.yml").write_text(self._configuration())
        for name in ("data", "logs", "tmp"):
            (self._directory / name).mkdir()
        if os.geteuid() == 0:
            self._give_to_ordinary_user()

    def _configuration(self) -> str:
        return "\n".join(
            (
                "cluster.name: burl-tests",
                "discovery.type: single-node",
                "network.host: 127.0.0.1",
                f"http.port: {self._port}",
                f"transport.port: {self._transport_port}",
                f"path.data: {self._directory / 'data'}",
                f"path.logs: {self._directory / 'logs'}",
                # A developer's disk is often nearly full; that is not what these tests are about.
                "cluster.routing.allocation.disk.threshold_enabled: false",
                "",
            )
        )

    def _give_to_ordinary_user(self) -> None:
        if not all(parent.stat().st_mode & 0o001 for parent in self._home.parents):
            self._home = shutil.copytree(self._home, self._directory / "home")
        for path in (self._directory, *self._directory.rglob("*")):
            os.chown(path, _USER, _USER)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                log = (self._directory / "server.log").read_text(errors="replace")
                raise OpenSearchUnavailableError(f"OpenSearch {self.version} did not start:\n{log[-4000:]}")
            time.sleep(0.2)

    def _answers(self) -> bool:
        connection = self._connection()
        try:
            connection.request("GET", "/_cluster/health?timeout=1s", headers=self._headers)
            return connection.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self._port, timeout=2)


def _as_ordinary_user() -> list[str]:
    """Return the words before a command that drop root's rights, if we have them."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid", str(_USER), "--regid", str(_USER), "--clear-groups"]


def _free_ports() -> tuple[int, int]:
    """Return two ports that are free; both are held while asking, so that they differ."""
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]
