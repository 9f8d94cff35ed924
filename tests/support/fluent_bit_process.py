"""A real Fluent Bit, run with a configuration that we ship; only its paths and ports are others."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "fluent-bit"
POD = {
    "POD_NAMESPACE": "shop",
    "POD_NAME": "cart-6d4c9f7b5d-x2v7k",
    "POD_UID": "uid-1",
    "NODE_NAME": "node-1",
}
_STOP_SECONDS = 60


def find_fluent_bit() -> str | None:
    """Return where Fluent Bit is: what FLUENT_BIT names, or the one on the PATH."""
    return os.environ.get("FLUENT_BIT") or shutil.which("fluent-bit")


class FluentBit:
    """A process that tails `logs`; what it has not delivered survives in `directory`."""

    def __init__(
        self, directory: Path, name: str, *, logs: Path, burl_port: int, opensearch_port: int
    ) -> None:
        """Write the configuration; nothing runs yet.

        Args:
            directory: where its storage lies; its path must hold no character that Lua's patterns know.
            name: a file of deploy/fluent-bit.
            logs: what takes the place of `/var/log/pod`.
            burl_port: where the agent listens.
            opensearch_port: where the raw logs go.
        """
        (directory / "parsers.conf").touch()
        text = (SHIPPED / name).read_text("utf-8")
        places = {
            "/fluent-bit/etc/parsers.conf": f"{directory}/parsers.conf",
            "/var/lib/fluent-bit": str(directory),
            "/var/log/pod/": f"{logs}/",
            "4317": str(burl_port),
        }
        for shipped, here in places.items():
            text = text.replace(shipped, here)
        self._config = directory / name
        self._config.write_text(text)
        self._log = directory / "fluent-bit.log"
        self._environment = dict(os.environ) | POD | {
            "LOG_PATH": f"{logs}/*/*.log",
            "LOG_CONTAINER": "app",
            "OPENSEARCH_HOST": "127.0.0.1",
            "OPENSEARCH_PORT": str(opensearch_port),
            "OPENSEARCH_USER": "",
            "OPENSEARCH_PASSWORD": "",
            "OPENSEARCH_TLS": "off",
            "RAW_LOG_PREFIX": f"raw{directory.name.lower()}",
        }  # fmt: skip
        self.raw_logs = f"{self._environment['RAW_LOG_PREFIX']}-*"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        binary = find_fluent_bit()
        assert binary
        with self._log.open("ab") as log:
            command = [binary, "--config", str(self._config)]
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it by a signal, at once unless that is SIGTERM."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(_STOP_SECONDS)
            self._process = None

    def log(self) -> str:
        """Return what it said."""
        return self._log.read_text(errors="replace")
