"""The catalogue of templates, and how often each was written."""

from burl_opensearch.fields.common import AGENT, LAG, NAMESPACE, SCHEMA
from burl_opensearch.fields.field import Field

_TEMPLATE_IDENTITY = (
    Field("log.template.id", "keyword", "Hash of the template's text.", required=True),
    Field("log.record.template", "template", "Its text.", required=True),
    Field("service.name", "keyword", "Service that writes it.", required=True),
    NAMESPACE,
    Field("k8s.container.name", "keyword", "Container that writes it."),
)

TEMPLATE = (
    Field("@timestamp", "time", "When it was first seen in this service; never changes.", required=True),
    Field("last_seen", "time", "Latest interval that it was seen in.", required=True),
    *_TEMPLATE_IDENTITY,
    Field("log.record.original", "text", "A sample: the first line of it."),
    Field("trained", "boolean", "False where it was met after training.", required=True),
    Field("name", "keyword", "What people call it: `burl templates name`; agents never write this."),
    Field("supersedes", "keyword", "Ids of older templates whose lines it now stands for.", many=True),
    SCHEMA,
)
"""One template of one service, in the catalogue."""

TEMPLATE_COUNT = (
    Field("@timestamp", "time", "Start of the interval.", required=True),
    Field("data_end_time", "time", "Its end.", required=True),
    *_TEMPLATE_IDENTITY,
    Field("count", "integer", "Lines of the template in the interval that one agent saw.", required=True),
    AGENT,
    LAG,
    SCHEMA,
)
"""How often a service wrote a template in an interval."""
