"""Attributes -> who wrote a record: namespace, pod, container, workload."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from burl.receive.batch import Identity
from burl.receive.settings import IdentitySettings

_POD_FILE = re.compile(
    r"(?P<pod>[^_/]+)_(?P<namespace>[^_/]+)_(?P<container>[^/]+)-[0-9a-f]{64}\.log(\.gz)?$"
)
"""Names under /var/log/containers, as kubelet links them."""
_POD_FOLDER = re.compile(r"(?P<namespace>[^_/]+)_(?P<pod>[^_/]+)_[^_/]+/(?P<container>[^/]+)/\d+\.log[^/]*$")
"""Paths under /var/log/pods (kubelet, `BuildPodLogsDirectory`)."""
_TAG_PREFIX = re.compile(r"^.*var\.log\.containers\.")
_ROLLOUT = re.compile(r"-(?:[a-z0-9]{8,10}-[a-z0-9]{5}|\d+)$")
"""What a Deployment or a StatefulSet appends to a pod's name."""
_ROTATION = re.compile(r"(?:[-._]\d[\d-]*)?(?:\.(?:log|txt|jsonl|json))?(?:[.-]\d[\d-]*)?(?:\.gz)?$")

_COPIED = (
    "service.name",
    "service.namespace",
    "service.version",
    "service.instance.id",
    "deployment.environment.name",
    "k8s.cluster.name",
    "k8s.node.name",
    "k8s.deployment.name",
    "k8s.pod.uid",
    "host.name",
    "container.image.name",
    "container.image.tag",
    "log.file.path",
)
_RENAMED = {
    "kubernetes.host": "k8s.node.name",
    "kubernetes.pod_id": "k8s.pod.uid",
    "kubernetes.container_image": "container.image.name",
}
"""Fluent Bit's kubernetes filter -> OpenTelemetry's names."""
_FALLBACKS = ("service.instance.id", "host.name", "fluent_tag")


def workload_of(pod: str) -> str:
    """Return the pod's name less what a rollout or a restart changes."""
    return _ROLLOUT.sub("", pod)


def naming_attributes(settings: IdentitySettings) -> set[str]:
    """Return the keys of attributes that `identify` may want, those of maps around them included."""
    names = {
        *_COPIED,
        *_RENAMED,
        *_FALLBACKS,
        "log.file.name",
        *settings.namespace_attributes,
        *settings.pod_attributes,
    }
    names |= {*settings.container_attributes, *settings.service_attributes}
    return {name[:end] for name in names for end in _dots(name)}


def _dots(name: str) -> list[int]:
    return [match.start() for match in re.finditer(r"\.|$", name)]


def identify(attributes: Mapping[str, str], sender: str, settings: IdentitySettings) -> Identity:
    """Say who wrote a record.

    Args:
        attributes: flat attributes of resource and record, nested maps by dotted path.
        sender: who sent it, when nothing else says more.
        settings: which attributes to look at first.
    """
    place = _place(attributes)
    namespace = _first(attributes, settings.namespace_attributes) or place.get("namespace", "")
    pod = _first(attributes, settings.pod_attributes) or place.get("pod", "")
    container = _first(attributes, settings.container_attributes) or place.get("container", "")
    workload = _first(attributes, settings.service_attributes) or (pod and workload_of(pod))
    workload = workload or attributes.get("service.name", "") or file_stem(_file_name(attributes))
    names = {"k8s.namespace.name": namespace, "k8s.pod.name": pod, "k8s.container.name": container}
    fields = {name: value for name, value in names.items() if value} if pod or container else {}
    pod = pod or _file_name(attributes) or _first(attributes, _FALLBACKS) or sender
    workload = workload or attributes.get("fluent_tag", "") or sender
    fields |= _fields(attributes, workload)
    return Identity(namespace, pod, container, workload, fields)


def _first(attributes: Mapping[str, str], names: Sequence[str]) -> str:
    return next((attributes[name] for name in names if attributes.get(name)), "")


def _place(attributes: Mapping[str, str]) -> dict[str, str]:
    """Read namespace, pod and container out of a file's path or Fluent Bit's tag."""
    path = attributes.get("log.file.path") or attributes.get("log.file.name", "")
    tag = _TAG_PREFIX.sub("", attributes.get("fluent_tag", ""))
    found = _POD_FILE.search(path) or _POD_FOLDER.search(path) or _POD_FILE.match(tag)
    return found.groupdict() if found else {}


def _file_name(attributes: Mapping[str, str]) -> str:
    return attributes.get("log.file.name") or PurePosixPath(attributes.get("log.file.path", "")).name


def file_stem(name: str) -> str:
    """Return a file's name less extension and what rotation appends: what its lines have in common."""
    return _ROTATION.sub("", name) or name


def _fields(attributes: Mapping[str, str], workload: str) -> dict[str, str]:
    fields = {"service.name": workload}
    fields |= {new: attributes[old] for old, new in _RENAMED.items() if attributes.get(old)}
    return fields | {name: attributes[name] for name in _COPIED if attributes.get(name)}
