"""A real OpenTelemetry Collector with the configuration that we ship; only places and ports are others."""

import os
import shutil
from pathlib import Path

import yaml

from support.sender_process import SenderProcess

SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "otel-collector.yaml"


def find_collector() -> str | None:
    """Return where the Collector is: what OTELCOL names, or one on the PATH."""
    return os.environ.get("OTELCOL") or shutil.which("otelcol-contrib") or shutil.which("otelcol")


class Collector(SenderProcess):
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
        path = directory / "otel-collector.yaml"
        path.write_text(yaml.safe_dump(config))
        environment = os.environ | {"BURL_HOST": "127.0.0.1", "BURL_PORT": str(burl_port)}
        super().__init__(find_collector(), path, environment)
