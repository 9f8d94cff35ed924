"""Records themselves: logs that the agent writes, and what could not be judged or stored."""

from burl_opensearch.fields.common import AGENT, IDENTITY, SCHEMA, TRACED
from burl_opensearch.fields.field import Field

LOG = (
    Field("@timestamp", "time", "Event time of the record.", required=True),
    *(field for field in IDENTITY if field.name != "service.name"),
    Field("service.name", "keyword", "Service that wrote it."),
    Field("body", "text", "The record's text."),
    *TRACED,
    Field("log.record.uid", "keyword", "The document's `_id`.", required=True),
    Field("log.record.template", "template", "Its template."),
    Field("log.template.id", "keyword", "Hash of the template's text."),
    Field("burl.anomaly.grade", "double", "Highest grade that the record was given; left out for 0."),
    Field("burl.anomaly.id", "keyword", "`anomaly_id` of those findings.", many=True),
    Field("attributes", "opaque", "All attributes, as JSON text: none of them becomes a field."),
    SCHEMA,
)
"""A log record, written by the agent where `write.mode` is `enrich`."""

DEAD_LETTER = (
    Field("@timestamp", "time", "Event time where known, else the arrival.", required=True),
    Field("dead_letter_id", "keyword", "The document's `_id`.", required=True),
    Field(
        "stage",
        "keyword",
        "Room that gave it up.",
        required=True,
        values=("receive", "parse", "window", "detect", "decide", "write"),
    ),
    Field("error.type", "keyword", "Short name of the error.", required=True),
    Field("reason", "text", "One sentence: why.", required=True),
    Field("log.record.uid", "keyword", "Uid of the record, where there is one."),
    Field("anomaly_id", "keyword", "Id of the refused annotation or incident, where it was one."),
    Field("original", "opaque", "What was given up.", required=True),
    Field(
        "original_encoding",
        "keyword",
        "How `original` is written.",
        required=True,
        values=("text", "json", "base64"),
    ),
    Field("original_bytes", "integer", "Its size before it was cut to fit, in bytes.", required=True),
    AGENT,
    SCHEMA,
)
"""A record, raw bytes or a document that could not be judged or stored; never thrown away."""
