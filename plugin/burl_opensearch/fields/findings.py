"""Findings: annotations, incidents, and what a challenger found."""

from dataclasses import replace

from burl_opensearch.fields.common import AGENT, IDENTITY, KIND, LAG, NAMESPACE, SCHEMA, TRACED
from burl_opensearch.fields.field import Field

ANOMALY_KINDS = (
    "new_template",
    "rare_template",
    "sequence",
    "rate",
    "silence",
    "parameter",
    "semantic",
    "supervised",
)

ANNOTATION = (
    Field(
        "@timestamp",
        "time",
        "Event time of the first offending record; of the interval's start for rates.",
        required=True,
    ),
    Field("data_start_time", "time", "Start of the stretch of event time that was judged.", required=True),
    Field("data_end_time", "time", "End of that stretch.", required=True),
    Field(
        "anomaly_id", "keyword", "The document's `_id`: hash of detector, unit and record uid.", required=True
    ),
    Field(
        "incident_id", "keyword", "Incident that the finding belongs to; none while the service is learnt."
    ),
    Field("detector_id", "keyword", "Name of the detector in the configuration.", required=True),
    Field(
        "detector_type",
        "keyword",
        "Class of detector: `new_template`, `event_set`, `deeplog` ...",
        required=True,
    ),
    Field(
        "burl.unit",
        "keyword",
        "What was judged.",
        required=True,
        values=("event", "window", "session", "interval"),
    ),
    Field("anomaly_kind", "keyword", "What is odd about it.", required=True, values=ANOMALY_KINDS),
    Field("anomaly_grade", "double", "0 to 1, comparable between detectors; 0 is normal.", required=True),
    Field(
        "anomaly_score",
        "double",
        "The detector's raw score; not comparable between detectors.",
        required=True,
    ),
    Field("threshold", "double", "Raw score above which the grade is over 0.", required=True),
    Field("p_value", "double", "Chance that a normal unit scores as high, by held-out data.", required=True),
    Field("confidence", "double", "0 to 1: how well the calibration is supported by data."),
    Field("is_anomaly", "boolean", "True where the grade is over 0.", required=True),
    Field("learning", "boolean", "True while the service's vocabulary is still being learnt.", required=True),
    Field("reason", "text", "One sentence for a person: what was expected, what came.", required=True),
    *IDENTITY,
    Field("session.id", "keyword", "All ids of the session, the canonical one first.", many=True),
    Field("session.kind", "keyword", "Kind of the session's ids: `trace`, `order` ..."),
    Field("log.record.uid", "keyword", "The offending record's uid: the link to the raw log."),
    Field("log.record.original", "text", "The record's body, as it came."),
    Field("log.record.template", "template", "Its template: variable parts are `<*>` or a mask's name."),
    Field("log.template.id", "keyword", "Hash of the template's text: the same on every replica."),
    Field(
        "expected_templates",
        "template",
        "Templates that would have been normal here, likeliest first.",
        many=True,
    ),
    Field("nearest_template", "template", "The known template that is most like this one."),
    Field("changed_tokens", "keyword", "Tokens in which it differs from the nearest template.", many=True),
    Field("expected_value", "double", "Count or parameter value that was expected."),
    Field("actual_value", "double", "Count or parameter value that came."),
    Field("probability", "double", "Probability that the model gave to what came."),
    Field("context", "text", "Raw lines around the record, in order.", many=True),
    Field("context_record_ids", "keyword", "`log.record.uid` of each line of `context`.", many=True),
    Field("severity_text", "keyword", "Severity as OpenTelemetry spells it: `INFO`, `ERROR` ..."),
    *TRACED,
    Field("raw_log.index", "keyword", "Where the raw logs are, if the configuration says so."),
    Field("raw_log.query", "keyword", "Query in Lucene's syntax that finds the record there."),
    Field("model_id", "keyword", "Bundle that the detector was loaded from."),
    Field("model_version", "keyword", "Version of the bundle, or `online`."),
    Field("template_set_version", "keyword", "Version of the frozen template set."),
    Field(
        "new_since_deploy", "boolean", "True for a new line of a deployment: no incident is opened for it."
    ),
    Field("deployment.id", "keyword", "Hash of service and version: what groups the new lines of one."),
    Field("deployment.version", "keyword", "Version, or else image, that was deployed."),
    Field("deployment.time", "time", "Event time of its first record."),
    Field("burl.detail", "opaque", "Whatever else the detector has to say, as JSON text."),
    AGENT,
    LAG,
    KIND,
    SCHEMA,
)
"""One finding."""

INCIDENT = (
    Field("@timestamp", "time", "Start of the incident: the earliest finding.", required=True),
    Field("data_start_time", "time", "The same.", required=True),
    Field("data_end_time", "time", "Event time of the latest finding.", required=True),
    Field(
        "incident_id",
        "keyword",
        "The document's `_id`: hash of the annotation that opened it.",
        required=True,
    ),
    Field("opened_by", "keyword", "`anomaly_id` of that annotation.", required=True),
    Field("state", "keyword", "Whether findings may still join.", required=True, values=("open", "closed")),
    Field("version", "integer", "Grows with every change.", required=True),
    NAMESPACE,
    Field("services", "keyword", "Names of the services hit, worst first.", required=True, many=True),
    Field(
        "anomaly_kinds", "keyword", "Kinds of its findings.", required=True, many=True, values=ANOMALY_KINDS
    ),
    Field("detectors", "keyword", "`detector_id` of its findings.", required=True, many=True),
    Field("anomaly_grade", "double", "Highest grade of its findings.", required=True),
    Field("anomaly_count", "integer", "Number of its findings.", required=True),
    Field("reason", "text", "Headline: the reason of its worst finding.", required=True),
    Field("summary", "opaque", "The same for messages, 300 characters at most."),
    Field("since", "opaque", "Start of the incident for messages, to the second."),
    Field("first_lines", "text", "Raw lines of its first findings.", required=True, many=True),
    Field("session.id", "keyword", "Ids of the sessions hit.", many=True),
    AGENT,
    KIND,
    SCHEMA,
)
"""Findings of one namespace that belong together, as it stands now."""

SHADOW = (
    *(replace(field, required=False) for field in ANNOTATION if field.name not in ("context", "burl.agent")),
    Field("id", "keyword", "The document's `_id`.", required=True),
    Field(
        "burl.shadow.document",
        "keyword",
        "A finding of the challenger, or how far it has come at one agent.",
        required=True,
        values=("finding", "run"),
    ),
    Field("burl.shadow.challenger", "keyword", "Version of the challenger.", required=True),
    Field("burl.shadow.champion", "keyword", "Version of the champion beside it, or `online`."),
    Field("burl.shadow.records", "integer", "Records that the challenger scored."),
    Field("burl.shadow.cpu_seconds", "double", "Processor time that it took for them."),
    Field("burl.shadow.passed_requests", "integer", "Requests that passed it by: it was too slow for them."),
    Field("burl.shadow.errors", "integer", "Requests that made it fail."),
    Field("burl.shadow.champion_records", "integer", "Records that the champion scored meanwhile."),
    Field("burl.shadow.champion_cpu_seconds", "double", "Processor time that it took for them."),
    Field(
        "burl.shadow.champion_hidden",
        "keyword",
        "Verdicts that had findings of the champion hidden meanwhile.",
        many=True,
    ),
    AGENT,
)
"""What a challenger found, kept apart from what is alerted; and how its runs went."""
