"""The fields of every document that Burl writes: the one source of mappings, JSON Schemas and the docs.

Names follow OpenSearch Anomaly Detection (`anomaly_grade`, `data_start_time`) for what a finding is, and
OpenTelemetry (`service.name`, `log.record.uid`) for who wrote the line. Documents are flat: a dotted name is
one key of the JSON object.
"""

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["keyword", "template", "text", "opaque", "time", "double", "integer", "boolean"]
"""`keyword`: exact, aggregatable. `template`: a long keyword. `text`: searched by word. `opaque`: kept, not
searched. `time`: RFC 3339 in UTC with nine decimals."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `required` fields are in every document, the others are left out when they have no value."""

    name: str
    kind: Kind
    description: str
    required: bool = False
    many: bool = False
    values: tuple[str, ...] = ()


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

_TIME = Field(
    "@timestamp",
    "time",
    "Event time of the first offending record; of the interval's start for rates.",
    required=True,
)
_KIND = Field("event.kind", "keyword", "ECS: always `alert`.", required=True, values=("alert",))
_SCHEMA = Field("schema_version", "integer", "Version of this specification, from 1.", required=True)
_AGENT = Field("burl.agent", "keyword", "Name of the agent that wrote the document (its host or pod).")
_LAG = Field(
    "burl.lag_seconds",
    "double",
    "From the event (of a count, from the interval's end) to the agent storing it, in seconds.",
)
_NAMESPACE = Field("k8s.namespace.name", "keyword", "Kubernetes namespace.")

IDENTITY = (
    Field(
        "service.name",
        "keyword",
        "Service: what owns vocabulary and rates; the workload's name.",
        required=True,
    ),
    Field("service.namespace", "keyword", "Group of services, as the resource says."),
    Field("service.version", "keyword", "Version of the service."),
    Field("service.instance.id", "keyword", "Instance of the service."),
    Field("deployment.environment.name", "keyword", "Such as `production`."),
    Field("k8s.cluster.name", "keyword", "Kubernetes cluster."),
    _NAMESPACE,
    Field("k8s.node.name", "keyword", "Kubernetes node."),
    Field("k8s.pod.name", "keyword", "Pod that wrote the record."),
    Field("k8s.pod.uid", "keyword", "The pod's uid."),
    Field("k8s.container.name", "keyword", "Container that wrote the record."),
    Field("container.image.name", "keyword", "Image of the container, with its tag where that came so."),
    Field("container.image.tag", "keyword", "The image's tag, where it came apart from the name."),
    Field("k8s.deployment.name", "keyword", "Deployment that the pod belongs to."),
    Field("host.name", "keyword", "Host that wrote the record."),
    Field("log.file.path", "keyword", "File that the record was read from."),
)
"""What of a record's resource is copied onto annotations."""

ANNOTATION = (
    _TIME,
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
    Field("severity.number", "integer", "OpenTelemetry severity number, 1 to 24."),
    Field("trace_id", "keyword", "Lower-case hex; also searchable as `traceId`."),
    Field("span_id", "keyword", "Lower-case hex; also searchable as `spanId`."),
    Field("raw_log.index", "keyword", "Index (pattern) where the raw log is."),
    Field("raw_log.query", "keyword", "Query that finds the raw log there."),
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
    _AGENT,
    _LAG,
    _KIND,
    _SCHEMA,
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
    _NAMESPACE,
    Field("services", "keyword", "Names of the services hit, worst first.", required=True, many=True),
    Field(
        "anomaly_kinds", "keyword", "Kinds of its findings.", required=True, many=True, values=ANOMALY_KINDS
    ),
    Field("detectors", "keyword", "`detector_id` of its findings.", required=True, many=True),
    Field("anomaly_grade", "double", "Highest grade of its findings.", required=True),
    Field("anomaly_count", "integer", "Number of its findings.", required=True),
    Field("reason", "text", "Headline: the reason of its worst finding.", required=True),
    Field("first_lines", "text", "Raw lines of its first findings.", required=True, many=True),
    Field("session.id", "keyword", "Ids of the sessions hit.", many=True),
    _AGENT,
    _KIND,
    _SCHEMA,
)
"""Findings of one namespace that belong together, as it stands now."""

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
    _AGENT,
    _SCHEMA,
)
"""A record, raw bytes or a document that could not be judged or stored; never thrown away."""

VERDICT = (
    Field("@timestamp", "time", "When the verdict was given.", required=True),
    Field("id", "keyword", "The document's `_id`.", required=True),
    Field("anomaly_id", "keyword", "Annotation that it is about."),
    Field("incident_id", "keyword", "Incident that it is about."),
    Field(
        "verdict",
        "keyword",
        "`anomaly`, `normal`, `missed`, `undo`, `name`, `retrain`, `challenge`, `promote`, `rollback`.",
    ),
    Field("scope", "keyword", "What is normal: `template`, `sequence`, `service`, `everywhere`."),
    Field("expires", "time", "Event time from which on it counts no more."),
    Field("undoes", "keyword", "Id of the verdict that this one takes back."),
    Field("user.name", "keyword", "Who says so."),
    Field("note", "text", "Why."),
    Field("label", "keyword", "What kind of trouble an anomaly is."),
    Field("anomaly_kind", "keyword", "Kind of the finding that it is about."),
    Field("detector_id", "keyword", "Detector of the annotation that it is about."),
    Field("log.template.id", "keyword", "Template that it is about."),
    Field("name", "keyword", "What people call that template, where the step is `name`."),
    Field("service.name", "keyword", "Service that it is about."),
    Field("k8s.namespace.name", "keyword", "Its namespace."),
    Field("k8s.container.name", "keyword", "Its container."),
    Field("log.record.uid", "keyword", "Record that it is about."),
    Field("log.record.original", "text", "Its line."),
    Field("log.record.template", "template", "Its template."),
    Field("bundle.version", "keyword", "Bundle that a step made, promoted or went back to."),
    Field("bundle.before", "keyword", "Champion before that step."),
    Field("training.lines", "integer", "Lines that a training read."),
    Field("training.templates", "integer", "Templates that it learnt."),
    Field("training.verdicts", "integer", "Verdicts in force that it learnt from."),
    Field("training.seconds", "double", "How long it took."),
    Field("suppressions.retired", "integer", "Suppressions that a promoted bundle needs no more."),
)
"""What a person says about a finding; or a step of training or promotion."""

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
    _AGENT,
)
"""What a challenger found, kept apart from what is alerted; and how its runs went."""

_TEMPLATE_IDENTITY = (
    Field("log.template.id", "keyword", "Hash of the template's text.", required=True),
    Field("log.record.template", "template", "Its text.", required=True),
    Field("service.name", "keyword", "Service that writes it.", required=True),
    _NAMESPACE,
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
    _SCHEMA,
)
"""One template of one service, in the catalogue."""

TEMPLATE_COUNT = (
    Field("@timestamp", "time", "Start of the interval.", required=True),
    Field("data_end_time", "time", "Its end.", required=True),
    *_TEMPLATE_IDENTITY,
    Field("count", "integer", "Lines of the template in the interval that one agent saw.", required=True),
    _AGENT,
    _LAG,
    _SCHEMA,
)
"""How often a service wrote a template in an interval."""

LOG = (
    Field("@timestamp", "time", "Event time of the record.", required=True),
    *(field for field in IDENTITY if field.name != "service.name"),
    Field("service.name", "keyword", "Service that wrote it."),
    Field("body", "text", "The record's text."),
    Field("severity.number", "integer", "OpenTelemetry severity number, 1 to 24."),
    Field("trace_id", "keyword", "Lower-case hex; also searchable as `traceId`."),
    Field("span_id", "keyword", "Lower-case hex; also searchable as `spanId`."),
    Field("log.record.uid", "keyword", "The document's `_id`.", required=True),
    Field("log.record.template", "template", "Its template."),
    Field("log.template.id", "keyword", "Hash of the template's text."),
    Field("burl.anomaly.grade", "double", "Highest grade that the record was given; left out for 0."),
    Field("burl.anomaly.id", "keyword", "`anomaly_id` of those findings.", many=True),
    Field("attributes", "opaque", "All attributes, as JSON text: none of them becomes a field."),
    _SCHEMA,
)
"""A log record, written by the agent where `write.mode` is `enrich`."""

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
