"""Verdicts, and steps of training and promotion."""

from burl_opensearch.fields.field import Field

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
