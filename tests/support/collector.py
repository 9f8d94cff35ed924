"""A real OpenTelemetry Collector with the configuration that we ship; only places and ports are others."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import yaml

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "otel-collector.yaml"
_STOP_SECONDS = 60


def find_collector() -> str | None:
    """Return where the Collector is: what OTELCOL names, or one on the PATH."""
    return os.environ.get("OTELCOL") or shutil.which("otelcol-contrib") or shutil.which("otelcol")


class Collector:
    """A process that reads `directory`/pods; what it has not delivered survives in `directory`."""

    def __init__(self, directory: Path, burl_port: int) -> None:
        """Write the configuration, without the way of the raw logs; nothing runs yet."""
        self.pods = directory / "pods"
        (directory / "queue").mkdir()
        text = SHIPPED.read_text("utf-8")
        for shipped, here in {"/var/log/pods": self.pods, "/var/lib/otelcol": directory / "queue"}.items():
            text = text.replace(shipped, str(here))
        config = yaml.safe_load(text)
        config["exporters"]["otlp/burl"]["tls"] = {"insecure": True}
        config["receivers"]["otlp"]["protocols"]["grpc"]["endpoint"] = "127.0.0.1:0"
        config["service"]["telemetry"] = {"metrics": {"level": "none"}}
        del config["service"]["pipelines"]["logs/raw"], config["exporters"]["opensearch"]
        self._config = directory / "otel-collector.yaml"
        self._config.write_text(yaml.safe_dump(config))
        self._log = directory / "otel-collector.log"
        self._environment = os.environ | {"BURL_HOST": "127.0.0.1", "BURL_PORT": str(burl_port)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        binary = find_collector()
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
