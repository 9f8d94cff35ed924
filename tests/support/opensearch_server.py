"""A real OpenSearch on this machine, run for tests as an ordinary user."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from support.opensearch_install import (
    OpenSearchUnavailableError,
    find_jdk,
    install,
    wanted_versions,
)

_USER = 10200
"""OpenSearch refuses to run as root: any id will do, no account is needed."""
_START_SECONDS = 180
_STOP_SECONDS = 60


class OpenSearchServer:
    """One node on free ports of 127.0.0.1; may be stopped, killed and started again with the same data."""

    def __init__(self, versions: Mapping[int, str] | None = None) -> None:
        """Install OpenSearch where needed; nothing runs yet."""
        versions = versions or wanted_versions()
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
