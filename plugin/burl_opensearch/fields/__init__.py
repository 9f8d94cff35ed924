"""The fields of every document that Burl writes: the one source of mappings, JSON Schemas and the docs.

Names follow OpenSearch Anomaly Detection (`anomaly_grade`, `data_start_time`) for what a finding is, and
OpenTelemetry (`service.name`, `log.record.uid`) for who wrote the line. Documents are flat: a dotted name is
one key of the JSON object.
"""

from burl_opensearch.fields.catalogue import TEMPLATE, TEMPLATE_COUNT
from burl_opensearch.fields.field import Field
from burl_opensearch.fields.findings import ANNOTATION, INCIDENT, SHADOW
from burl_opensearch.fields.records import DEAD_LETTER, LOG
from burl_opensearch.fields.verdicts import VERDICT

__all__ = [
    "ALIASES",
    "ANNOTATION",
    "DEAD_LETTER",
    "DOCUMENTS",
    "INCIDENT",
    "LOG",
    "SHADOW",
    "TEMPLATE",
    "TEMPLATE_COUNT",
    "VERDICT",
    "Field",
]

DOCUMENTS = {
    "annotation": ANNOTATION,
    "incident": INCIDENT,
    "dead_letter": DEAD_LETTER,
    "template": TEMPLATE,
    "template_count": TEMPLATE_COUNT,
    "log": LOG,
    "verdict": VERDICT,
    "shadow": SHADOW,
}
ALIASES = {"traceId": "trace_id", "spanId": "span_id"}
"""Other spellings that correlation in Discover and Data Prepper look for."""
