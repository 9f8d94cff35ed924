"""The same dashboards as the *Integrations* page of OpenSearch Dashboards reads them.

A folder as in https://github.com/opensearch-project/opensearch-catalog, made by `generate`, shipped in
`integration/`: zipped, it can be uploaded there.
"""

import json
from typing import Any

from burl.write.names import IndexNames
from burl_opensearch.dashboards.bundle import build_dashboards
from burl_opensearch.templates import build_templates

VERSION = "1.0.0"
_SCHEMAS = {"anomalies": "burl_anomalies_template", "incidents": "burl_incidents_template"}
_INFO = """\
# Burl

Finds what is abnormal in logs and says why. The dashboards show what Burl's agents write into OpenSearch;
`burl platform install URL` puts up the index templates that they need.
"""


def build_integration() -> dict[str, str]:
    """Return the text of each file by its path below the integration's folder."""
    templates = build_templates(IndexNames()).indices
    schemas = {
        f"schemas/{name}-{VERSION}.mapping.json": _json(
            {"index_patterns": templates[template]["index_patterns"], **templates[template]["template"]}
        )
        for name, template in _SCHEMAS.items()
    }
    return {
        f"burl-{VERSION}.json": _json(_manifest()),
        f"assets/burl-{VERSION}.ndjson": build_dashboards(),
        "data/sample.json": _json([_SAMPLE]),
        "info/README.md": _INFO,
        "static/logo.svg": _LOGO,
        **schemas,
    }


def _manifest() -> dict[str, Any]:
    workflow = {
        "name": "dashboards",
        "label": "Dashboards",
        "description": "Overview, Incident, Templates and Quality.",
        "enabled_by_default": True,
    }
    asset = {
        "name": "burl",
        "version": VERSION,
        "extension": "ndjson",
        "type": "savedObjectBundle",
        "workflows": ["dashboards"],
    }
    return {
        "name": "burl",
        "version": VERSION,
        "displayName": "Burl: anomalies in logs",
        "description": "What is abnormal in the logs, and why.",
        "license": "Apache-2.0",
        "type": "logs_burl",
        "labels": ["Observability", "Logs", "Anomaly detection"],
        "author": "Burl",
        "workflows": [workflow],
        "statics": {"logo": {"annotation": "Logo", "path": "logo.svg"}, "gallery": []},
        "components": [{"name": name, "version": VERSION} for name in _SCHEMAS],
        "assets": [asset],
        "sampleData": {"path": "sample.json"},
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2, sort_keys=True) + "\n"


_LOGO = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><g fill="none" stroke="#8a5a2b" stroke-width="2">\
<circle cx="16" cy="16" r="14"/><circle cx="18" cy="15" r="9"/><circle cx="19" cy="14" r="4"/></g></svg>
"""
_SAMPLE = {
    "@timestamp": "2026-11-22T14:03:07.123456789Z",
    "data_start_time": "2026-11-22T14:03:07.123456789Z",
    "data_end_time": "2026-11-22T14:03:07.123456789Z",
    "anomaly_id": "5f0c1d2e3a4b5c6d7e8f9a0b1c2d3e4f",
    "incident_id": "5f0c1d2e3a4b5c6d7e8f9a0b1c2d3e4f",
    "detector_id": "new_template",
    "detector_type": "new_template",
    "burl.unit": "event",
    "anomaly_kind": "new_template",
    "anomaly_grade": 0.8,
    "anomaly_score": 12.5,
    "threshold": 3.0,
    "p_value": 0.0001,
    "is_anomaly": True,
    "learning": False,
    "reason": "a line of a kind never seen before: disk <*> is full",
    "service.name": "cart",
    "log.record.original": "disk 7 is full",
    "log.record.template": "disk <*> is full",
    "event.kind": "alert",
    "schema_version": 1,
}
