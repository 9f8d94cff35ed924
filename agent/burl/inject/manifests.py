"""Manifests with the sidecar added; what was added before is replaced, so doing it twice changes nothing."""

from collections.abc import Callable, Iterator
from copy import deepcopy

from burl.errors import UserError
from burl.inject.sidecar import SENDING, SHARED, Logs, Names, Object, Sidecar

_OWN = ("burl", "burl-fluent-bit")
_OWN_VOLUMES = ("burl-config", "burl-secret", "burl-state", "burl-buffer", "burl-pod-logs", SHARED)
_TEMPLATES = {
    "Pod": (),
    "Deployment": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where the pod stands in an object of each kind."""
_PORTS = {4317: "takes logs", 9108: "serves metrics"}
"""Where the agent listens: all containers of a pod share its ports, and who comes second does not start."""


def inject(documents: list[Object | None], logs: Logs, names: Names) -> list[Object]:
    """Return copies of Kubernetes objects, the agent added to all that run pods; others are as they were.

    Raises:
        UserError: none of them runs pods, or one is not what Kubernetes takes.
    """
    copies = [deepcopy(document) for document in documents if document is not None]
    specs = [spec for document in copies for spec in _pod_specs(document)]
    if not specs:
        raise UserError(f"nothing to inject into: give one of {', '.join(_TEMPLATES)}")
    for spec in specs:
        _check_ports(_remove(spec))
        _add(spec, logs, names)
    return copies


def _pod_specs(document: Object) -> Iterator[Object]:
    if not isinstance(document, dict) or "kind" not in document:
        raise UserError("not a Kubernetes object: it has no kind")
    if document["kind"] == "List":
        for item in document.get("items") or []:
            yield from _pod_specs(item)
        return
    if document["kind"] not in _TEMPLATES:
        return
    found = document
    for key in (*_TEMPLATES[document["kind"]], "spec"):
        found = found.get(key) or {}
    if not found.get("containers"):
        name = document.get("metadata", {}).get("name", "without a name")
        raise UserError(f"{document['kind']} {name}: has no containers")
    yield found


def _remove(spec: Object) -> Object:
    """Take out what was injected before, whichever way of logs it was for."""
    _keep(spec, "initContainers", lambda entry: entry["name"] not in _OWN)
    _keep(spec, "volumes", lambda entry: entry["name"] not in _OWN_VOLUMES)
    for container in spec["containers"]:
        _keep(container, "volumeMounts", lambda entry: entry["name"] != SHARED)
        _keep(container, "env", lambda entry: entry not in SENDING)
    return spec


def _add(spec: Object, logs: Logs, names: Names) -> None:
    sidecar = Sidecar.build(logs, names, spec["containers"][0]["name"])
    _extend(spec, "volumes", sidecar.volumes)
    for container in spec["containers"]:
        given = {entry["name"] for entry in container.get("env") or []}
        _extend(container, "env", [entry for entry in sidecar.env if entry["name"] not in given])
        _extend(container, "volumeMounts", sidecar.mounts)
        _check_mounts(container)
    # First: what other init containers log is seen, too, and they stop after the application does.
    spec["initContainers"] = [*sidecar.containers, *(spec.get("initContainers") or [])]


def _check_ports(spec: Object) -> None:
    """Refuse a pod that listens where the agent does: it starts first, so the application would fail."""
    for container in [*(spec.get("initContainers") or []), *spec["containers"]]:
        for port in container.get("ports") or []:
            if use := _PORTS.get(port.get("containerPort", 0)):
                raise UserError(
                    f"container {container['name']} has port {port['containerPort']}, where the agent {use}:"
                    " give that container another one"
                )


def _check_mounts(container: Object) -> None:
    """Refuse a shared directory that is a volume already: which one the files are in could not be known."""
    paths = [mount["mountPath"] for mount in container.get("volumeMounts") or []]
    twice = {path for path in paths if paths.count(path) > 1}
    if twice:
        raise UserError(
            f"container {container['name']}: {min(twice)} is a volume already: give a directory of its own"
        )


def _extend(owner: Object, key: str, entries: list[Object]) -> None:
    if entries:
        owner[key] = [*(owner.get(key) or []), *map(deepcopy, entries)]


def _keep(owner: Object, key: str, wanted: Callable[[Object], bool]) -> None:
    """Keep the entries of a list that are wanted; a list that gets empty goes, as if it had never been."""
    if key in owner:
        owner[key] = [entry for entry in owner[key] or [] if wanted(entry)]
        if not owner[key]:
            del owner[key]
