"""Installs in OpenSearch what agents and the dashboards need; installing again changes nothing.

Needs rights that an agent does not have (index templates, making indices, roles): it is run by a person or a
job, `burl platform install URL`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from opensearchpy import OpenSearch
from opensearchpy.exceptions import AuthorizationException

from burl.errors import ConfigError
from burl.write.names import Dated, IndexNames, Upserted
from burl.write.opensearch.client import translated
from burl_opensearch.plugin_resources import PLUGINS
from burl_opensearch.resource import Kind, Resource
from burl_opensearch.resources import alerts, resources
from burl_opensearch.settings import PlatformSettings
from burl_opensearch.stamp import State, compare


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be installed: its `kind` and `name`, and how it stands in the cluster.

    `note` says why, where it is `skipped`.
    """

    kind: Kind
    name: str
    state: State
    note: str = ""


_Plan = tuple[Step, Resource]


def status(
    client: OpenSearch,
    url: str,
    prefix: str = "burl",
    settings: PlatformSettings | None = None,
) -> list[Step]:
    """Return everything that belongs into the cluster, and how it stands; changes nothing.

    Args:
        client: a connection to the cluster.
        url: how messages name it.
        prefix: first word of all index names.
        settings: retention and alerts.

    Raises:
        ConfigError: the cluster refuses us, or holds a newer schema than this version knows.
        Retryable: it cannot be reached.
    """
    with translated(url):
        return [step for step, _ in _plans(client, IndexNames(prefix), settings)]


def install(
    client: OpenSearch,
    url: str,
    prefix: str = "burl",
    settings: PlatformSettings | None = None,
) -> list[Step]:
    """Install what is missing or outdated; return every step with the state that it was in *before*.

    Raises:
        ConfigError, Retryable: as `status`. Where the schema is newer, nothing was changed.
    """
    with translated(url):
        plans = list(_plans(client, IndexNames(prefix), settings))
        for step, resource in plans:
            if step.state in {"missing", "outdated"}:
                resource.apply()
    return [step for step, _ in plans]


def upgrade(
    client: OpenSearch,
    url: str,
    prefix: str = "burl",
    settings: PlatformSettings | None = None,
) -> list[Step]:
    """Bring an installation to this version; as `install`, but only where there is one.

    Raises:
        ConfigError: nothing is installed; else as `install`.
        Retryable: as `install`.
    """
    before = status(client, url, prefix, settings)
    if all(step.state in {"missing", "skipped"} for step in before):
        raise ConfigError(f"nothing of {prefix} is installed in {url}: run `burl platform install {url}`")
    return install(client, url, prefix, settings)


def uninstall(
    client: OpenSearch,
    url: str,
    prefix: str = "burl",
    settings: PlatformSettings | None = None,
    *,
    keep_data: bool = False,
) -> list[Step]:
    """Take away what `install` put up, and all of Burl's indices unless `keep_data`; return what was removed.

    Raises:
        ConfigError: the cluster refuses us.
        Retryable: it cannot be reached.
    """
    names = IndexNames(prefix)
    removed = []
    with translated(url):
        plugins = _plugins(client)
        data = [] if keep_data else sorted(_indices(client, names))
        known = settings or PlatformSettings()
        installed = [*resources(client, names, known), *alerts(client, names, known)]
        for resource in reversed(installed):
            if resource.kind != "index" and _step(resource, plugins).state in {"current", "outdated"}:
                resource.remove()
                removed.append(Step(resource.kind, resource.name, "missing"))
        for index in data:
            client.indices.delete(index=index)
            removed.append(Step("index", index, "missing"))
    return removed


def _indices(client: OpenSearch, names: IndexNames) -> Iterator[str]:
    """Yield Burl's indices by their full names: many clusters refuse to delete by a pattern."""
    patterns = [f"{names.prefix}_{kind}-*" for kind in (*get_args(Dated), *get_args(Upserted))]
    yield from client.indices.get(
        index=",".join(patterns), params={"allow_no_indices": "true", "ignore_unavailable": "true"}
    )


def _plans(client: OpenSearch, names: IndexNames, settings: PlatformSettings | None) -> Iterator[_Plan]:
    plugins = _plugins(client)
    for resource in resources(client, names, settings or PlatformSettings()):
        yield _step(resource, plugins), resource


def _step(resource: Resource, plugins: frozenset[str]) -> Step:
    plugin = PLUGINS.get(resource.kind)
    if plugin is not None and plugin not in plugins:
        return Step(resource.kind, resource.name, "skipped", f"the cluster has no {plugin}")
    try:
        found = resource.find()
    except AuthorizationException:
        if resource.kind != "role":
            raise
        return Step(resource.kind, resource.name, "skipped", "this user may not manage roles")
    state = compare(f"{resource.kind} {resource.name}", found, resource.meta)
    return Step(resource.kind, resource.name, state)


def _plugins(client: OpenSearch) -> frozenset[str]:
    """Return the plugins of the cluster by name."""
    found = client.cat.plugins(params={"format": "json"})
    return frozenset(plugin["component"] for plugin in found)
