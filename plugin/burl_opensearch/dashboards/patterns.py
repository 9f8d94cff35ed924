"""Index patterns: what there is to look at, and where a click on an id leads."""

from burl_opensearch.dashboards.builders import SavedObject, index_pattern
from burl_opensearch.fields import ANNOTATION, INCIDENT, TEMPLATE, TEMPLATE_COUNT, VERDICT

ANOMALIES = "burl-anomalies"
INCIDENTS = "burl-incidents"
TEMPLATES = "burl-templates"
COUNTS = "burl-template-counts"
VERDICTS = "burl-feedback"
RAW = "burl-raw-logs"

LEARNT = "learning:false"
"""While a service is learnt, every template of it is new: that would fill the page."""

_LINKS = {
    "incident_id": ("burl-incident", "incident_id"),
    "log.template.id": ("burl-template-catalogue", "log.template.id"),
}
"""Where a click on a value leads: a dashboard, and the field that it is narrowed by."""


def build_patterns(prefix: str, raw_index: str = "") -> list[SavedObject]:
    """Return the index patterns of indices named `prefix`_..., and of the raw logs where they are known."""
    links = {field: link(*target) for field, target in _LINKS.items()}
    described = {
        ANOMALIES: (f"{prefix}_anomalies-*", ANNOTATION),
        INCIDENTS: (f"{prefix}_incidents*", INCIDENT),
        TEMPLATES: (f"{prefix}_templates*", TEMPLATE),
        COUNTS: (f"{prefix}_template_counts-*", TEMPLATE_COUNT),
        VERDICTS: (f"{prefix}_feedback-*", VERDICT),
    }
    patterns = [
        index_pattern(identifier, title, fields, {f.name: links[f.name] for f in fields if f.name in links})
        for identifier, (title, fields) in described.items()
    ]
    # Without fields, Dashboards asks the index for them when the pattern is first used.
    return [*patterns, *([index_pattern(RAW, raw_index, (), {})] if raw_index else [])]


def link(dashboard: str, field: str) -> str:
    """Return the address of `dashboard` narrowed to one value of `field`."""
    query = f"(language:lucene,query:'{field}:%22{{{{value}}}}%22')"
    return f"../app/dashboards#/view/{dashboard}?_g=(time:(from:now-30d,to:now))&_a=(query:{query})"
