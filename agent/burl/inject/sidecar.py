"""What is put into a pod: the parts that `sidecar.yaml` holds, for one way of getting logs."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any, Literal

import yaml

from burl import __version__
from burl.errors import UserError

Object = dict[str, Any]
Way = Literal["otlp", "files", "stdout"]

SHARED = "burl-logs"
"""Volume that the application writes its log files into."""
SENDING = (
    {"name": "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "value": "http://127.0.0.1:4317"},
    {"name": "OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "value": "grpc"},
)
"""What makes an OpenTelemetry SDK send its logs to the agent beside it."""


@dataclass(frozen=True, slots=True)
class Logs:
    """Where the agent gets the application's logs from.

    Attributes:
        way: `otlp`: the application sends. `files`: Fluent Bit reads a shared volume; `stdout`: the node's.
        path: for `files`, what Fluent Bit reads.
    """

    way: Way
    path: str = "/var/log/app/*.log"

    @classmethod
    def parse(cls, text: str) -> "Logs":
        """Return what `--logs` says: `otlp`, `stdout`, or the absolute path of files or of their directory.

        Raises:
            UserError: it is none of these.
        """
        if text == "otlp":
            return cls("otlp")
        if text == "stdout":
            return cls("stdout")
        path = PurePosixPath(text)
        if not path.is_absolute() or len(path.parts) < 2:  # "/" and a name
            raise UserError(
                f"--logs {text}: give otlp, stdout, or an absolute path such as /var/log/app/*.log"
            )
        whole = path if path.suffix or "*" in path.name else path / "*.log"
        if len(whole.parts) < 3:  # a volume cannot be mounted at the root
            raise UserError(f"--logs {text}: the files must lie in a directory of their own")
        return cls("files", str(whole))

    @property
    def directory(self) -> str:
        """The directory that all containers share."""
        return str(PurePosixPath(self.path).parent)


@dataclass(frozen=True, slots=True)
class Names:
    """What the parts refer to.

    Attributes:
        release: the chart's release: its ConfigMaps hold the configurations.
        credentials: the Secret with `username` and `password` of OpenSearch.
        image: of the agent.
        fluent_bit_image: of the shipper beside it, which `otlp` does without.
    """

    release: str = "burl"
    credentials: str = "burl-opensearch"
    image: str = f"burl/agent:{__version__}"
    fluent_bit_image: str = "fluent/fluent-bit:5.1.1"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """Init containers and volumes to add, and what the application's containers get."""

    containers: list[Object]
    volumes: list[Object]
    mounts: list[Object]
    env: list[Object]

    @classmethod
    def build(cls, logs: Logs, names: Names, application: str) -> "Sidecar":
        """Return the parts for a pod whose first container is called `application`."""
        parts = _parts(logs, names, application)
        if logs.way == "otlp":
            return cls([parts["agent"]], parts["agentVolumes"], [], [*map(dict, SENDING)])
        shipper = parts["shipper"]
        volumes = [*parts["agentVolumes"], *parts["shipperVolumes"]]
        mounts = []
        if logs.way == "stdout":
            shipper["securityContext"] = parts["podLogs"]["securityContext"]
            shipper["volumeMounts"].append(parts["podLogs"]["mount"])
            volumes.append(parts["podLogs"]["volume"])
        else:
            mounts = [{"name": SHARED, "mountPath": logs.directory}]
            shipper["volumeMounts"].append(mounts[0] | {"readOnly": True})
            volumes.append({"name": SHARED, "emptyDir": {}})
        return cls([parts["agent"], shipper], volumes, mounts, [])


def _parts(logs: Logs, names: Names, application: str) -> Mapping[str, Any]:
    """Return `sidecar.yaml` with its words replaced; no two parts share an object."""
    text = files("burl.inject").joinpath("sidecar.yaml").read_text("utf-8")
    words = {
        "@IMAGE@": names.image,
        "@FLUENT_BIT_IMAGE@": names.fluent_bit_image,
        "@RELEASE@": names.release,
        "@SECRET@": names.credentials,
        "@WAY@": logs.way,
        "@LOG_PATH@": logs.path,
        "@LOG_CONTAINER@": application,
    }
    for word, value in words.items():
        text = text.replace(word, value)
    return {name: deepcopy(part) for name, part in yaml.safe_load(text).items()}
