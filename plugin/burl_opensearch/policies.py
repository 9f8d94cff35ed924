"""Retention: Index State Management policies that delete indices by age.

https://docs.opensearch.org/latest/im-plugin/ism/policies/
"""

from typing import Any

from burl.write.names import Dated, IndexNames
from burl_opensearch.settings import PlatformSettings
from burl_opensearch.templates import PRIORITY

_EXPIRING: tuple[Dated, ...] = ("anomalies", "template_counts", "dead_letters", "shadow")
"""Verdicts are kept: people gave them, and training learns from them."""


def build_policies(names: IndexNames, settings: PlatformSettings) -> dict[str, dict[str, Any]]:
    """Return the policies' bodies by id. The age of an index counts from when it was made."""
    prefix = names.prefix
    patterns = [names.any_dated(kind) for kind in _EXPIRING]
    return {
        f"{prefix}_retention_policy": _policy(patterns, settings.retention_days),
        f"{prefix}_logs_retention_policy": _policy([names.any_dated("logs")], settings.logs_retention_days),
    }


def _policy(patterns: list[str], days: int) -> dict[str, Any]:
    expire = {"state_name": "delete", "conditions": {"min_index_age": f"{days}d"}}
    return {
        "description": f"Burl: deletes indices after {days} days.",
        "default_state": "keep",
        "states": [
            {"name": "keep", "actions": [], "transitions": [expire]},
            {"name": "delete", "actions": [{"delete": {}}], "transitions": []},
        ],
        "ism_template": [{"index_patterns": patterns, "priority": PRIORITY}],
    }
