"""Everything that is installed, each thing with how to look at it, put it there and take it away."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError

from burl.write.names import Dated, IndexNames, Upserted
from burl_opensearch.monitors import build_channel, build_monitor, monitor_name
from burl_opensearch.policies import build_policies
from burl_opensearch.roles import build_roles
from burl_opensearch.settings import PlatformSettings
from burl_opensearch.stamp import as_text, from_text, stamp
from burl_opensearch.templates import build_templates

Kind = Literal[
    "component template",
    "index template",
    "index",
    "retention policy",
    "role",
    "notification channel",
    "monitor",
    "dashboard",
]
Body = dict[str, Any]

_UPSERTED: tuple[Upserted, ...] = ("bundles", "incidents", "suppressions", "templates")
_SHOWN: tuple[Dated, ...] = ("anomalies", "feedback", "logs", "template_counts")
"""Dated indices that dashboards look at."""
PLUGINS: dict[Kind, str] = {
    "retention policy": "opensearch-index-management",
    "role": "opensearch-security",
    "notification channel": "opensearch-notifications",
    "monitor": "opensearch-alerting",
}
"""The plugin that a kind needs; what is not here every cluster has."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing to be installed.

    Attributes:
        meta: its stamp.
        find: returns the stamp that it was installed with; None where it is not there.
        apply: puts it there, or anew.
        remove: takes it away.
    """

    kind: Kind
    name: str
    meta: Body
    find: Callable[[], Body | None]
    apply: Callable[[], object]
    remove: Callable[[], object]


def resources(client: OpenSearch, names: IndexNames, settings: PlatformSettings) -> Iterator[Resource]:
    """Yield everything, in the order of installing: what acts on new indices comes before them."""
    for name, body in build_policies(names, settings).items():
        yield _policy(client, name, body)
    templates = build_templates(names)
    for name, body in templates.components.items():
        yield _component(client, name, body)
    for name, body in templates.indices.items():
        yield _template(client, name, body)
    for kind in _UPSERTED:
        yield _index(client, f"{names.alias(kind)}-v1", {names.alias(kind): {}})
    # A dashboard whose index pattern matches nothing shows errors, and other dashboards with it. These stay
    # empty, and no retention policy takes them away.
    for dated in _SHOWN:
        yield _index(client, names.empty(dated), {})
    for name, body in build_roles(names).items():
        yield _role(client, name, body)
    if settings.alerts.form != "none":
        yield from alerts(client, names, settings)


def alerts(client: OpenSearch, names: IndexNames, settings: PlatformSettings) -> Iterator[Resource]:
    """Yield the monitor and its channel, also where none is wanted (any more): to be taken away."""
    channel = f"{names.prefix}_alerts"
    yield _channel(client, channel, build_channel(settings.alerts, channel))
    link = settings.dashboards_url and dashboard_link(settings.dashboards_url, names.prefix)
    yield _monitor(client, names, build_monitor(names, settings.alerts, channel, link))


def dashboard_link(url: str, prefix: str) -> str:
    """Return the address of the Overview in the Dashboards at `url`."""
    return f"{url.rstrip('/')}/app/dashboards#/view/{prefix}-anomalies-overview"


def _component(client: OpenSearch, name: str, body: Body) -> Resource:
    def find() -> Body | None:
        answer = client.cluster.get_component_template(name=name)
        return _meta(answer["component_templates"][0]["component_template"])

    return Resource(
        "component template",
        name,
        body["_meta"],
        _absent_is_none(find),
        lambda: client.cluster.put_component_template(name=name, body=body),
        lambda: client.cluster.delete_component_template(name=name),
    )


def _template(client: OpenSearch, name: str, body: Body) -> Resource:
    def find() -> Body | None:
        answer = client.indices.get_index_template(name=name)
        return _meta(answer["index_templates"][0]["index_template"])

    def apply() -> None:
        client.indices.put_index_template(name=name, body=body)
        # A template speaks only of indices to come; new fields are wanted in those that are there, too.
        client.indices.put_mapping(
            index=body["index_patterns"][0],
            body=body["template"]["mappings"],
            params={"ignore_unavailable": "true", "allow_no_indices": "true"},
        )

    return Resource(
        "index template",
        name,
        body["_meta"],
        _absent_is_none(find),
        apply,
        lambda: client.indices.delete_index_template(name=name),
    )


def _index(client: OpenSearch, name: str, aliases: Body) -> Resource:
    meta = {"digest": ""}  # its mapping is the template's concern
    return Resource(
        "index",
        name,
        meta,
        lambda: meta if client.indices.exists(index=name) else None,
        lambda: client.indices.create(index=name, body={"aliases": aliases}),
        lambda: client.indices.delete(index=name),
    )


def _policy(client: OpenSearch, name: str, body: Body) -> Resource:
    path = f"/_plugins/_ism/policies/{name}"
    meta = stamp(body)
    wanted = body | {"description": f"{body['description']} {as_text(meta)}"}
    patterns = ",".join(body["ism_template"][0]["index_patterns"])

    def apply() -> None:
        params = {}
        try:
            found = _request(client, "GET", path)
            params = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
        except NotFoundError:
            pass
        _request(client, "PUT", path, {"policy": wanted}, params)
        # `ism_template` speaks only of indices to come.
        for verb in ("add", "change_policy"):
            _request(client, "POST", f"/_plugins/_ism/{verb}/{patterns}", {"policy_id": name})

    def find() -> Body | None:
        return from_text(_request(client, "GET", path)["policy"]["description"])

    return Resource(
        "retention policy", name, meta, _absent_is_none(find), apply, lambda: _request(client, "DELETE", path)
    )


def _role(client: OpenSearch, name: str, body: Body) -> Resource:
    path = f"/_plugins/_security/api/roles/{name}"
    meta = stamp(body)
    wanted = body | {"description": f"{body['description']} {as_text(meta)}"}

    def find() -> Body | None:
        return from_text(_request(client, "GET", path)[name].get("description") or "")

    return Resource(
        "role",
        name,
        meta,
        _absent_is_none(find),
        lambda: _request(client, "PUT", path, wanted),
        lambda: _request(client, "DELETE", path),
    )


def _channel(client: OpenSearch, name: str, body: Body) -> Resource:
    configs = "/_plugins/_notifications/configs"
    meta = stamp(body)
    wanted = body | {"description": f"{body['description']} {as_text(meta)}"}

    def find() -> Body | None:
        found = _request(client, "GET", f"{configs}/{name}")
        return from_text(found["config_list"][0]["config"].get("description", ""))

    def apply() -> None:
        try:
            _request(client, "PUT", f"{configs}/{name}", {"config": wanted})
        except NotFoundError:
            _request(client, "POST", configs, {"config_id": name, "config": wanted})

    return Resource(
        "notification channel",
        name,
        meta,
        _absent_is_none(find),
        apply,
        lambda: _request(client, "DELETE", f"{configs}/{name}"),
    )


def _monitor(client: OpenSearch, names: IndexNames, body: Body) -> Resource:
    monitors = "/_plugins/_alerting/monitors"
    name = monitor_name(names)
    meta = stamp(body)
    wanted = body | {"ui_metadata": {"burl": meta}}

    def present() -> Body:
        """Return the search hit. Raises NotFoundError."""
        query = {"query": {"term": {"monitor.name.keyword": name}}}
        hits = _request(client, "POST", f"{monitors}/_search", query)["hits"]["hits"]
        if not hits:
            raise NotFoundError(404, "monitor_not_found", {})
        return dict(hits[0])

    def find() -> Body | None:
        source = present()["_source"]
        return dict(source.get("monitor", source).get("ui_metadata", {}).get("burl", {}))

    def apply() -> None:
        try:
            _request(client, "PUT", f"{monitors}/{quote(present()['_id'])}", wanted)
        except NotFoundError:
            _request(client, "POST", monitors, wanted)

    def remove() -> None:
        _request(client, "DELETE", f"{monitors}/{quote(present()['_id'])}")

    return Resource("monitor", name, meta, _absent_is_none(find), apply, remove)


def _meta(found: Body) -> Body:
    return dict(found.get("_meta", {}))


def _request(
    client: OpenSearch, method: str, path: str, body: Body | None = None, params: Body | None = None
) -> Body:
    answer: Body = client.transport.perform_request(method, path, params=params, body=body)
    return answer


def _absent_is_none(find: Callable[[], Body | None]) -> Callable[[], Body | None]:
    def found() -> Body | None:
        try:
            return find()
        except NotFoundError:
            return None

    return found
