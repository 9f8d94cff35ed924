"""What the receive room gives: a `Batch` of records as columns, and the streams they belong to.

A *stream* is what orders events (namespace, pod, container). A *service* is what owns vocabulary, rates and
"new for" (namespace, workload, container): a rollout makes new streams, not new services.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
"""One-dimensional int64 array."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who wrote a stream. Empty strings where unknown; `fields` are copied onto annotations.

    `fields` holds flat keys as OpenTelemetry names them (`service.name`, `service.version`,
    `k8s.namespace.name`, `k8s.pod.name`, `k8s.container.name`, `host.name`, `log.file.path`, ...).
    """

    namespace: str
    pod: str
    container: str
    workload: str
    fields: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def stream(self) -> str:
        """The stream's key, the same on every replica."""
        return f"{self.namespace}/{self.pod}/{self.container}"

    @property
    def service(self) -> str:
        """The service's key: the stream's without what a rollout or a restart changes."""
        return f"{self.namespace}/{self.workload}/{self.container}"


class Origin(Protocol):
    """Where a batch's records came from: what only annotated records are asked for, decoded on demand.

    Indexes are positions in the batch.
    """

    def uid(self, index: int) -> str:
        """`log.record.uid`, else a hash of stream, said time and body + its ordinal among equals."""
        ...

    def attributes(self, index: int) -> dict[str, Any]:
        """All attributes of the record, nested as they came, flat resource attributes included."""
        ...

    def trace_id(self, index: int) -> str:
        """Lower-case hex, or an empty string."""
        ...

    def span_id(self, index: int) -> str:
        """Lower-case hex, or an empty string."""
        ...


@dataclass(slots=True)
class Batch:
    """At most 4,096 records of one sender, as columns of equal length.

    Attributes:
        bodies: the text of each record (invalid UTF-8 replaced), multi-line records whole.
        times_ns: event time by design.md decision 6, nanoseconds since the epoch.
        timed: False where the record said no usable time of its own (it never moves the watermark).
        streams: index into the `StreamTable`.
        severities: OpenTelemetry severity numbers, 0 where unknown.
        sender: whose clock the watermark follows: a configured attribute, else the peer's host.
        arrival_ns: when the request arrived, kept with its digest.
        origin: the rest of each record, on demand.
        damaged: serialised records that could not be parsed, for the dead letters; not among the columns.
    """

    bodies: list[str]
    times_ns: Ints
    timed: npt.NDArray[np.bool_]
    streams: Ints
    severities: Ints
    sender: str
    arrival_ns: int
    origin: Origin
    damaged: list[bytes] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self.bodies)


_SERVICE_FIELDS = frozenset(
    {"service.name", "service.namespace", "deployment.environment.name", "k8s.cluster.name"}
)
"""Fields that all streams of a service share."""


class StreamTable:
    """Streams and services by small integers; owned by the engine thread, saved in the checkpoint.

    Indexes are never reused while the process lives.
    """

    def __init__(self) -> None:
        self._identities: list[Identity] = []
        self._index: dict[str, int] = {}
        self._service_index: dict[str, int] = {}
        self._service_names: list[str] = []
        self._service_of: list[int] = []
        self._service_stream: list[int] = []
        self._service_array = np.empty(0, dtype=np.int64)

    def __len__(self) -> int:
        """Return the number of streams."""
        return len(self._identities)

    def add(self, identity: Identity) -> int:
        """Return the index of `identity`'s stream, making one when it is new."""
        key = identity.stream
        known = self._index.get(key)
        if known is not None:
            return known
        index = self._index[key] = len(self._identities)
        self._identities.append(identity)
        service = self._service_index.setdefault(identity.service, len(self._service_names))
        if service == len(self._service_names):
            self._service_names.append(identity.service)
            self._service_stream.append(index)
        self._service_of.append(service)
        return index

    def identity(self, stream: int) -> Identity:
        """Return who wrote the stream."""
        return self._identities[stream]

    def service(self, key: str) -> int:
        """Return the index of the service named `key`, or -1."""
        return self._service_index.get(key, -1)

    def service_name(self, service: int) -> str:
        """Return the key of the service."""
        return self._service_names[service]

    def service_identity(self, service: int) -> Identity:
        """Return who the service is, for findings that name no stream: its first stream's, less the pod."""
        first = self._identities[self._service_stream[service]]
        fields = {key: value for key, value in first.fields.items() if key in _SERVICE_FIELDS}
        return Identity(first.namespace, "", first.container, first.workload, fields)

    def services_of(self, streams: Ints) -> Ints:
        """Return the service index of each stream index."""
        if len(self._service_array) != len(self._service_of):
            self._service_array = np.asarray(self._service_of, dtype=np.int64)
        return self._service_array[streams]

    def state(self) -> list[Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return [[i.namespace, i.pod, i.container, i.workload, dict(i.fields)] for i in self._identities]

    def restore(self, state: list[Any]) -> None:
        """Fill an empty table from `state`."""
        for namespace, pod, container, workload, fields in state:
            self.add(Identity(namespace, pod, container, workload, fields))
