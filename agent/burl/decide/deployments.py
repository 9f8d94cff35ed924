"""New versions of services: for a while after a deployment, new lines are expected.

A version is `service.version`, else the image. The first that is ever seen of a service is none that was
deployed, unless training knew others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from burl.decide.annotation import document_id
from burl.distinct import distinct
from burl.receive.batch import Identity, Ints, StreamTable

NEW_LINES = ("new_template", "rare_template")
"""Kinds of findings that a deployment explains; order, rates, values and silence it does not."""
_MAX_VERSIONS = 50
_MAX_SERVICES = 10_000
_BEFORE = 0
"""Start of a version that was there when we came."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A version of a service whose grace is not over; `start_ns` is the event time of its first record."""

    id: str
    version: str
    start_ns: int


class Deployments:
    """Since when which version of a service runs, by event time; bounded, restorable."""

    def __init__(
        self, grace_seconds: float, streams: StreamTable, known: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Look after `streams`.

        Args:
            grace_seconds: how long new lines are expected after a deployment; 0: they never are.
            streams: who writes.
            known: versions of services, by the service's key, that training saw.
        """
        self._grace_ns, self._streams = int(grace_seconds * 1e9), streams
        self._since: dict[str, dict[str, int]] = {
            service: dict.fromkeys(versions, _BEFORE) for service, versions in (known or {}).items()
        }
        self._noted = set[int]()
        """Streams whose versions are known, until one is forgotten or one of them is renewed."""
        self._renewals = streams.renewals

    def observe(self, streams: Ints, times_ns: Ints) -> None:
        """Note which versions wrote these records; columns of equal length."""
        if not self._grace_ns:
            return
        if self._renewals != self._streams.renewals:
            self._renewals = self._streams.renewals
            self._noted.clear()
        for stream in distinct(streams).tolist():
            if stream in self._noted:
                continue
            self._noted.add(stream)
            identity = self._streams.identity(stream)
            version = version_of(identity)
            if version and version not in self._since.get(identity.service, ()):
                self._add(identity.service, version, int(times_ns[streams == stream].min()))

    def of(self, stream: int, time_ns: int) -> Deployment | None:
        """Return the deployment that a record of this time belongs to; None when its grace is over."""
        identity = self._streams.identity(stream)
        version = version_of(identity)
        start_ns = self._since.get(identity.service, {}).get(version, _BEFORE)
        if start_ns == _BEFORE or time_ns - start_ns >= self._grace_ns:
            return None
        return Deployment(document_id("deployment", identity.service, version), version, start_ns)

    def _add(self, service: str, version: str, start_ns: int) -> None:
        versions = self._since.setdefault(service, {})
        versions[version] = start_ns if versions else _BEFORE
        if len(versions) > _MAX_VERSIONS:
            del versions[next(iter(versions))]
            self._noted.clear()
        if len(self._since) > _MAX_SERVICES:
            del self._since[next(iter(self._since))]
            self._noted.clear()

    def state(self) -> Any:
        """Return what `restore` needs, as msgpack-able values."""
        return self._since

    def restore(self, state: Any) -> None:
        """Continue from `state`; what training knew besides stays known."""
        for service, versions in state.items():
            self._since[service] = self._since.get(service, {}) | versions


def version_of(identity: Identity) -> str:
    """Return the version that a stream runs: `service.version`, else its image; nothing where unknown."""
    fields = identity.fields
    image, tag = fields.get("container.image.name", ""), fields.get("container.image.tag", "")
    return fields.get("service.version") or (f"{image}:{tag}" if image and tag else image or tag)
