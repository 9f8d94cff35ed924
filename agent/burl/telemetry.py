"""What the agent says about itself: log lines on stderr, metrics for Prometheus."""

import logging
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

import orjson
from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client.registry import Collector
from pydantic import BaseModel, ConfigDict, Field

from burl.errors import ConfigError
from burl.metrics import AgentCollector, Metric


class TelemetrySettings(BaseModel):
    """The agent's own logs and metrics."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="Least severity that is logged; text on a terminal, else one JSON object a line.",
    )
    metrics_listen: str | None = Field(
        default=None,
        pattern=r"^(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+):\d{1,5}$",
        description="Address and port where Prometheus finds `/metrics`; none: no metrics are served.",
    )


class JsonFormatter(logging.Formatter):
    """Formats a log record as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; an exception is one field of it."""
        fields = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(fields).decode()


def start_telemetry(settings: TelemetrySettings, metrics: Iterable[Metric] = ()) -> None:
    """Send log lines to stderr and, when asked, serve `metrics` from a thread of their own.

    Raises:
        ConfigError: the metrics' address cannot be listened on.
    """
    handler = logging.StreamHandler()
    if sys.stderr.isatty():
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    else:
        handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    if settings.metrics_listen:
        _serve(settings.metrics_listen, AgentCollector(metrics))


def _serve(address: str, collector: Collector) -> None:
    host, _, port = address.rpartition(":")
    registry = CollectorRegistry()
    registry.register(collector)
    ProcessCollector(registry=registry)
    try:
        start_http_server(int(port), host.strip("[]"), registry)
    except (OSError, OverflowError) as error:
        raise ConfigError(f"telemetry.metrics_listen {address}: {error}: give another address") from None
