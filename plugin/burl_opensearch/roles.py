"""Roles of the Security plugin, each with the least that its bearer needs; docs/platform.md lists them.

tests/integration/test_opensearch_security.py proves it: taking any permission away breaks something.
"""

from typing import Any

from burl.write.names import Dated, IndexNames, Upserted

SEARCH = "indices:data/read/search"
_READ = ["indices:data/read/get", SEARCH]
_WRITE = [
    "indices:admin/create",
    "indices:data/write/bulk[s]",
    "indices:data/write/index",
    "indices:data/write/update",
]
_AGENT_CLUSTER = ["indices:admin/index_template/get", "indices:data/write/bulk"]
_WRITTEN_BY_AGENTS: tuple[Dated | Upserted, ...] = (
    "anomalies",
    "dead_letters",
    "feedback",
    "incidents",
    "logs",
    "shadow",
    "suppressions",
    "template_counts",
    "templates",
)
"""Not bundles: who has taken over an agent shall not say what all agents run."""
_TRAINER_CLUSTER = ["indices:data/write/bulk"]
_BUNDLES = ["indices:data/write/bulk[s]", "indices:data/write/delete", "indices:data/write/index"]
_VERDICTS = ["indices:admin/create", "indices:data/write/bulk[s]", "indices:data/write/index"]
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
SETUP_PLUGIN_INDICES = ["indices:admin/opensearch/ism/managedindex", SEARCH]
"""The same on indices: a policy is put on those that are there; a monitor searches as who made it."""
_SETUP_INDICES = [
    "indices:admin/aliases",
    "indices:admin/create",
    "indices:admin/delete",
    "indices:admin/get",
    "indices:admin/mapping/put",
]


Role = dict[str, Any]


def build_roles(names: IndexNames) -> dict[str, Role]:
    """Return the roles' bodies by name: for agents, for people who read or train, for who installs."""
    prefix = names.prefix
    everything = [f"{prefix}_*"]
    bundles = [f"{prefix}_bundles*"]
    verdicts = [f"{prefix}_{kind}*" for kind in ("feedback", "suppressions")]
    agents = [f"{prefix}_{kind}*" for kind in _WRITTEN_BY_AGENTS]
    return {
        f"{prefix}_agent": _role(
            "Burl's agents: write findings, read suppressions and bundles.",
            _AGENT_CLUSTER,
            [_grant(agents, [*_READ, *_WRITE]), _grant(bundles, _READ)],
        ),
        f"{prefix}_reader": _role(
            "People who look at findings.", _READER_CLUSTER, [_grant(everything, _READER_INDICES)]
        ),
        f"{prefix}_trainer": _role(
            "`burl retrain`, `burl bundle`: say which bundle agents run.",
            _TRAINER_CLUSTER,
            [_grant(everything, _READ), _grant(bundles, _BUNDLES), _grant(verdicts, _VERDICTS)],
        ),
        f"{prefix}_setup": _role(
            "`burl platform install`.",
            [*_SETUP_CLUSTER, *SETUP_PLUGINS],
            [_grant(everything, [*_SETUP_INDICES, *SETUP_PLUGIN_INDICES])],
        ),
    }


def _grant(patterns: list[str], actions: list[str]) -> Role:
    return {"index_patterns": patterns, "allowed_actions": actions}


def _role(description: str, cluster: list[str], indices: list[Role]) -> Role:
    return {"description": description, "cluster_permissions": cluster, "index_permissions": indices}
