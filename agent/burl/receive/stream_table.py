"""Who writes: streams and services by small integers, bounded.

A *stream* is what orders events (namespace, pod, container). A *service* is what owns vocabulary, rates and
"new for" (namespace, workload, container): a rollout makes new streams, not new services.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from burl.distinct import distinct_inverse
from burl.fairness import has_fair_claim

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


OVERFLOW = Identity("", "overflow", "", "overflow", {"service.name": "overflow"})
"""Stands for all streams that come while the table is full."""

_SERVICE_FIELDS = frozenset(
    {"service.name", "service.namespace", "deployment.environment.name", "k8s.cluster.name"}
)
"""Fields that all streams of a service share."""


@dataclass(slots=True)
class _Stream:
    identity: Identity
    key: str
    service: int
    arrival_ns: int


@dataclass(slots=True)
class _Service:
    """`streams` are those of the table that belong to it; without any it is forgotten."""

    name: str
    identity: Identity
    streams: int = 0


class StreamTable:
    """Streams and services by small integers; owned by the engine thread, saved in the checkpoint.

    Indexes are never reused. A full table gives a new stream the place of the one that was silent longest,
    when that was long enough for nothing to be open of it; else it is put with the others in one overflow
    stream. So a flood of streams changes nothing for those that are known, nor for a rollout. A stream that
    lost its place is still known by its index until as many others have lost theirs: what may yet be found of
    it names it rightly.
    """

    def __init__(self, max_streams: int | None = None, memory_seconds: float = 3600.0) -> None:
        """Args: no limit without `max_streams`; `memory_seconds` must exceed every time-out."""
        self._max_streams = max_streams
        self._memory_ns = int(memory_seconds * 1e9)
        self._streams: OrderedDict[int, _Stream] = OrderedDict()
        """In order of their last record, as far as `touch` was told."""
        self._retired: OrderedDict[int, _Stream] = OrderedDict()
        self._index: dict[str, int] = {}
        self._services: dict[int, _Service] = {}
        self._service_index: dict[str, int] = {}
        self._namespaces: Counter[str] = Counter()
        """How many services each namespace has."""
        self._expected: frozenset[str] = frozenset()
        self._next_stream = self._next_service = 0
        self._now_ns = 0
        self.overflow = -1
        """Index of the overflow stream, or -1 while there is none."""
        self.overflowed = 0
        """How often a record found no place for its stream."""
        self.changes = 0
        """Rises whenever a stream loses its place."""
        self.renewals = 0
        """Rises whenever a stream gets another identity, or loses its place."""

    def __len__(self) -> int:
        """Return the number of streams that have a place."""
        return len(self._streams)

    def add(self, identity: Identity) -> int:
        """Return the index of `identity`'s stream, making one when it is new and there is room."""
        key = identity.stream
        known = self._index.get(key)
        if known is not None:
            self.renewals += 1
            self._streams[known].identity = identity  # a StatefulSet's pod keeps its name over versions
            return known
        if self._is_full(identity) and not self._retire():
            self.overflowed += 1
            if self.overflow < 0:
                self.overflow = self._make(OVERFLOW, OVERFLOW.stream)
            return self.overflow
        index = self._index[key] = self._make(identity, key)
        return index

    def expect(self, services: frozenset[str]) -> None:
        """Count the services of these keys among the known from now on: a bundle was trained on them."""
        self._expected = services

    def touch(self, streams: Iterable[int], arrival_ns: int) -> None:
        """Note that records of `streams` arrived, in this order."""
        self._now_ns = max(self._now_ns, arrival_ns)
        for index in streams:
            stream = self._streams.get(index)
            if stream is not None:
                stream.arrival_ns = self._now_ns
                self._streams.move_to_end(index)

    def key(self, stream: int) -> str:
        """Return the stream's key: that of its identity, which is not put together anew."""
        return self._stream(stream).key

    def identity(self, stream: int) -> Identity:
        """Return who wrote the stream."""
        return self._stream(stream).identity

    def service(self, key: str) -> int:
        """Return the index of the service named `key`, or -1."""
        return self._service_index.get(key, -1)

    def service_name(self, service: int) -> str:
        """Return the key of the service."""
        known = self._services.get(service)
        return OVERFLOW.service if known is None else known.name

    def service_identity(self, service: int) -> Identity:
        """Return who the service is, for findings that name no stream: its first stream's, less the pod."""
        known = self._services.get(service)
        first = OVERFLOW if known is None else known.identity
        fields = {key: value for key, value in first.fields.items() if key in _SERVICE_FIELDS}
        return Identity(first.namespace, "", first.container, first.workload, fields)

    def services_of(self, streams: Ints) -> Ints:
        """Return the service index of each stream index."""
        found, inverse = distinct_inverse(streams)
        get = self._streams.get  # finds all but a few: `_stream` takes three times as long
        services = [(get(stream) or self._stream(stream)).service for stream in found.tolist()]
        return np.array(services, dtype=np.int64)[inverse]

    def writers_of(self, streams: Ints, nobody: int) -> Ints:
        """Return the service index of each stream index, `nobody` for the overflow stream's."""
        services = self.services_of(streams)
        return services if self.overflow < 0 else np.where(streams == self.overflow, nobody, services)

    def _stream(self, index: int) -> _Stream:
        stream = self._streams.get(index) or self._retired.get(index)
        if stream is not None:
            return stream
        if not 0 <= index < self._next_stream:
            raise IndexError(f"there never was a stream {index}")
        return _Stream(OVERFLOW, OVERFLOW.stream, self._service_index.get(OVERFLOW.service, 0), 0)

    def _make(self, identity: Identity, key: str) -> int:
        index, self._next_stream = self._next_stream, self._next_stream + 1
        service = self._service_index.get(identity.service)
        if service is None:
            service, self._next_service = self._next_service, self._next_service + 1
            self._service_index[identity.service] = service
            self._services[service] = _Service(identity.service, identity)
            self._namespaces[identity.namespace] += 1
        self._services[service].streams += 1
        stream = _Stream(identity, key, service, self._now_ns)
        if identity is OVERFLOW:
            self._retired[index] = stream  # it takes no place
        else:
            self._streams[index] = stream
        return index

    def _is_full(self, identity: Identity) -> bool:
        """Return whether there is no place for a new stream of `identity`.

        A quarter of all is kept for services that are known. Of the others no namespace has a claim on more
        than are free, counted in services: a namespace may have any number of pods.
        """
        if self._max_streams is None:
            return False
        taken = len(self._streams)
        if identity.service in self._service_index or identity.service in self._expected:
            return taken >= self._max_streams
        places = self._max_streams - self._max_streams // 4
        return not has_fair_claim(self._namespaces[identity.namespace], taken, places)

    def _retire(self) -> bool:
        """Take the place of the stream silent longest; False when it was not silent for long enough."""
        index, stream = next(iter(self._streams.items()))
        if self._now_ns - stream.arrival_ns < self._memory_ns:
            return False
        del self._streams[index], self._index[stream.key]
        self._retired[index] = stream
        self.changes += 1
        self.renewals += 1
        if len(self._retired) > (self._max_streams or 0):
            self._forget()
        return True

    def _forget(self) -> None:
        index = next(index for index in self._retired if index != self.overflow)
        service = self._retired.pop(index).service
        self._services[service].streams -= 1
        if not self._services[service].streams:
            forgotten = self._services.pop(service)
            del self._service_index[forgotten.name]
            self._namespaces -= Counter([forgotten.identity.namespace])

    def state(self) -> dict[str, Any]:
        """Return what `restore` needs, as msgpack-able values."""
        return {
            "next": [self._next_stream, self._next_service, self._now_ns, self.overflow, self.overflowed],
            "services": [[index, _packed(s.identity)] for index, s in self._services.items()],
            "streams": [_row(index, stream) for index, stream in self._streams.items()],
            "retired": [_row(index, stream) for index, stream in self._retired.items()],
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Fill an empty table from `state`."""
        self._next_stream, self._next_service, self._now_ns, self.overflow, self.overflowed = state["next"]
        for index, packed in state["services"]:
            identity = Identity(*packed)
            self._services[index] = _Service(identity.service, identity)
            self._service_index[identity.service] = index
            self._namespaces[identity.namespace] += 1
        for name, places in (("streams", self._streams), ("retired", self._retired)):
            for index, service, arrival_ns, packed in state[name]:
                identity = Identity(*packed)
                places[index] = _Stream(identity, identity.stream, service, arrival_ns)
                self._services[service].streams += 1
        self._index = {stream.key: index for index, stream in self._streams.items()}


def _packed(identity: Identity) -> list[Any]:
    return [identity.namespace, identity.pod, identity.container, identity.workload, dict(identity.fields)]


def _row(index: int, stream: _Stream) -> list[Any]:
    return [index, stream.service, stream.arrival_ns, _packed(stream.identity)]
