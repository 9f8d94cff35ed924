"""Everything that is installed, each thing with how to look at it, put it there and take it away."""

from collections.abc import Iterator

from opensearchpy import OpenSearch

from burl.write.names import Dated, IndexNames, Upserted
from burl_opensearch.dashboards.patterns import incident_link
from burl_opensearch.messages import INCIDENT_ID
from burl_opensearch.monitors import build_channel, build_monitor
from burl_opensearch.plugin_resources import (
    channel_resource,
    monitor_resource,
    policy_resource,
    role_resource,
)
from burl_opensearch.policies import build_policies
from burl_opensearch.resource import Body, Resource, absent_is_none
from burl_opensearch.roles import build_roles
from burl_opensearch.settings import PlatformSettings
from burl_opensearch.templates import build_templates

_UPSERTED: tuple[Upserted, ...] = ("bundles", "incidents", "suppressions", "templates")
_SHOWN: tuple[Dated, ...] = ("anomalies", "feedback", "logs", "template_counts")
"""Dated indices that dashboards look at."""


def resources(client: OpenSearch, names: IndexNames, settings: PlatformSettings) -> Iterator[Resource]:
    """Yield everything, in the order of installing: what acts on new indices comes before them."""
    for name, body in build_policies(names, settings).items():
        yield policy_resource(client, name, body)
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
        yield role_resource(client, name, body)
    if settings.alerts.form != "none":
        yield from alerts(client, names, settings)


def alerts(client: OpenSearch, names: IndexNames, settings: PlatformSettings) -> Iterator[Resource]:
    """Yield the monitor and its channel, also where none is wanted (any more): to be taken away."""
    channel = f"{names.prefix}_alerts"
    yield channel_resource(client, channel, build_channel(settings.alerts, channel))
    link = settings.dashboards_url and incident_link(settings.dashboards_url, names.prefix, INCIDENT_ID)
    yield monitor_resource(client, names, build_monitor(names, settings.alerts, channel, link))


def _component(client: OpenSearch, name: str, body: Body) -> Resource:
    def find() -> Body | None:
        answer = client.cluster.get_component_template(name=name)
        return _meta(answer["component_templates"][0]["component_template"])

    return Resource(
        "component template",
        name,
        body["_meta"],
        absent_is_none(find),
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
        absent_is_none(find),
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


def _meta(found: Body) -> Body:
    return dict(found.get("_meta", {}))
