"""What lives in OpenSearch's plugins: retention policies, roles, notification channels, monitors.

Forms and limits are those that the plugins' own parsers have in 2.19 and 3.8.
"""

import copy
import json
from urllib.parse import quote

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError

from burl.write.names import IndexNames
from burl_opensearch.monitors import monitor_name
from burl_opensearch.resource import Body, Kind, Resource, absent_is_none, ask
from burl_opensearch.stamp import as_text, from_text, stamp

PLUGINS: dict[Kind, str] = {
    "retention policy": "opensearch-index-management",
    "role": "opensearch-security",
    "notification channel": "opensearch-notifications",
    "monitor": "opensearch-alerting",
}
"""The plugin that a kind needs; what is not here every cluster has."""


def policy_resource(client: OpenSearch, name: str, body: Body) -> Resource:
    """Return the policy with id `name`; its stamp stands in its description."""
    path = f"/_plugins/_ism/policies/{name}"
    meta = stamp(body)
    wanted = body | {"description": f"{body['description']} {as_text(meta)}"}
    patterns = ",".join(body["ism_template"][0]["index_patterns"])

    def apply() -> None:
        params = {}
        try:
            found = ask(client, "GET", path)
            params = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
        except NotFoundError:
            pass
        ask(client, "PUT", path, {"policy": wanted}, params)
        if _exist(client, patterns):  # to no index at all, a policy cannot be changed: that would be a 400
            # `ism_template` speaks only of indices to come.
            for verb in ("add", "change_policy"):
                ask(client, "POST", f"/_plugins/_ism/{verb}/{patterns}", {"policy_id": name})

    def find() -> Body | None:
        return from_text(ask(client, "GET", path)["policy"]["description"])

    def remove() -> None:
        # An index carries a copy of its policy: left with it, it would still be deleted one day.
        ask(client, "POST", f"/_plugins/_ism/remove/{patterns}")
        ask(client, "DELETE", path)

    return Resource("retention policy", name, meta, absent_is_none(find), apply, remove)


def _exist(client: OpenSearch, patterns: str) -> bool:
    return bool(client.indices.get(index=patterns, params={"allow_no_indices": "true"}))


def role_resource(client: OpenSearch, name: str, body: Body) -> Resource:
    """Return the role `name`; its stamp stands in its description."""
    path = f"/_plugins/_security/api/roles/{name}"
    meta = stamp(body)
    wanted = body | {"description": f"{body['description']} {as_text(meta)}"}

    def find() -> Body | None:
        return from_text(ask(client, "GET", path)[name].get("description") or "")

    return Resource(
        "role",
        name,
        meta,
        absent_is_none(find),
        lambda: ask(client, "PUT", path, wanted),
        lambda: ask(client, "DELETE", path),
    )


def channel_resource(client: OpenSearch, name: str, body: Body) -> Resource:
    """Return the channel with id `name`; its stamp stands in its description."""
    configs = "/_plugins/_notifications/configs"
    meta = stamp(body)
    wanted = body | {"description": f"{body['description']} {as_text(meta)}"}

    def present() -> Body:
        """Return the channel as it is. Raises NotFoundError."""
        return dict(ask(client, "GET", f"{configs}/{name}")["config_list"][0]["config"])

    def remove() -> None:
        ask(client, "DELETE", f"{configs}/{name}")

    def apply() -> None:
        try:
            if present()["config_type"] == body["config_type"]:
                ask(client, "PUT", f"{configs}/{name}", {"config": wanted})
                return
            remove()  # a channel cannot change its type
        except NotFoundError:
            pass
        ask(client, "POST", configs, {"config_id": name, "config": wanted})

    return Resource(
        "notification channel",
        name,
        meta,
        absent_is_none(lambda: from_text(present().get("description", ""))),
        apply,
        remove,
    )


def monitor_resource(client: OpenSearch, names: IndexNames, body: Body) -> Resource:
    """Return the monitor, found by its name: its id is given by the plugin.

    Its stamp stands in the name of its action: a monitor has no description, and a search leaves out
    `ui_metadata`.
    """
    monitors = "/_plugins/_alerting/monitors"
    name = monitor_name(names)
    meta = stamp(body)
    wanted = copy.deepcopy(body)
    wanted["triggers"][0]["bucket_level_trigger"]["actions"][0]["name"] += f" {as_text(meta)}"

    def present() -> Body:
        """Return the search hit. Raises NotFoundError."""
        query = {"query": {"term": {"monitor.name.keyword": name}}}
        hits = ask(client, "POST", f"{monitors}/_search", query)["hits"]["hits"]
        if not hits:
            raise NotFoundError(404, "monitor_not_found", {})
        return dict(hits[0])

    def find() -> Body | None:
        return from_text(json.dumps(present()["_source"]))

    def apply() -> None:
        try:
            ask(client, "PUT", f"{monitors}/{quote(present()['_id'])}", wanted)
        except NotFoundError:
            ask(client, "POST", monitors, wanted)

    def remove() -> None:
        ask(client, "DELETE", f"{monitors}/{quote(present()['_id'])}")

    return Resource("monitor", name, meta, absent_is_none(find), apply, remove)
