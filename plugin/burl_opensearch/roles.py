"""Roles of the Security plugin, each with the least that its bearer needs; docs/platform.md lists them.

tests/integration/test_opensearch_security.py proves it: taking any permission away breaks something.
"""

from typing import Any

from burl.write.names import IndexNames

SEARCH = "indices:data/read/search"
_AGENT_CLUSTER = ["indices:admin/index_template/get", "indices:data/write/bulk"]
_AGENT_INDICES = [
    "indices:admin/create",
    "indices:data/read/get",
    SEARCH,
    "indices:data/write/bulk[s]",
    "indices:data/write/index",
    "indices:data/write/update",
]
_READER_CLUSTER = ["indices:data/read/msearch"]
_READER_INDICES = ["indices:admin/mappings/fields/get*", "indices:data/read/field_caps*", SEARCH]
"""What panels and Discover ask for; who uses Dashboards has its own role (`kibana_user`) beside."""
_SETUP_CLUSTER = [
    "cluster:admin/component_template/delete",
    "cluster:admin/component_template/get",
    "cluster:admin/component_template/put",
    "cluster:monitor/nodes/info",
    "cluster:monitor/state",
    "indices:admin/index_template/delete",
    "indices:admin/index_template/get",
    "indices:admin/index_template/put",
]
"""Not the roles themselves: only an administrator of the Security plugin may give rights."""
SETUP_PLUGINS = [
    "cluster:admin/opendistro/alerting/monitor/*",
    "cluster:admin/opendistro/ism/*",
    "cluster:admin/opensearch/notifications/configs/*",
]
"""Rights in plugins that a cluster may lack."""
_SETUP_INDICES = [
    "indices:admin/aliases",
    "indices:admin/create",
    "indices:admin/delete",
    "indices:admin/get",
    "indices:admin/mapping/put",
]


def build_roles(names: IndexNames) -> dict[str, dict[str, Any]]:
    """Return the roles' bodies by name: for agents, for people who read, for who installs."""
    prefix = names.prefix
    return {
        f"{prefix}_agent": _role(
            prefix, "Burl's agents: write findings, read suppressions.", _AGENT_CLUSTER, _AGENT_INDICES
        ),
        f"{prefix}_reader": _role(prefix, "People who look at findings.", _READER_CLUSTER, _READER_INDICES),
        f"{prefix}_setup": _role(
            prefix, "`burl platform install`.", [*_SETUP_CLUSTER, *SETUP_PLUGINS], _SETUP_INDICES
        ),
    }


def _role(prefix: str, description: str, cluster: list[str], indices: list[str]) -> dict[str, Any]:
    return {
        "description": description,
        "cluster_permissions": cluster,
        "index_permissions": [{"index_patterns": [f"{prefix}_*"], "allowed_actions": indices}],
    }
