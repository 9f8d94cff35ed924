"""A finding -> the flat document of docs/annotation.md."""

from typing import Any

import orjson

from burl.decide.annotation import SCHEMA_VERSION, Annotation, annotation_id
from burl.decide.deployments import Deployment
from burl.decide.finding import Finding
from burl.decide.times import rfc3339
from burl.parse import Catalogue

_MAX_TEXT = 8_192
"""Characters of a raw line that a document carries; the raw log has the rest."""


def annotate(finding: Finding, catalogue: Catalogue) -> Annotation:
    """Return the annotation of `finding`; the incident that it belongs to is still to be named."""
    identifier = annotation_id(finding.source.detector_id, finding.unit_key, finding.record_uid)
    document = _common(finding, identifier)
    document |= _identity(finding)
    document |= _explanation(finding, catalogue)
    document |= _record(finding, catalogue)
    if finding.deployment:
        document |= _deployment(finding.deployment)
    if finding.session_ids:
        document |= {"session.id": finding.session_ids, "session.kind": finding.session_kind}
    if finding.context:
        document["context"] = [line[:_MAX_TEXT] for line in finding.context]
    return Annotation(identifier, finding.time_ns, document)


def _common(finding: Finding, identifier: str) -> dict[str, Any]:
    source = finding.source
    return {
        "@timestamp": rfc3339(finding.time_ns),
        "data_start_time": rfc3339(finding.start_ns),
        "data_end_time": rfc3339(finding.end_ns),
        "anomaly_id": identifier,
        "detector_id": source.detector_id,
        "detector_type": source.detector_type,
        "model_version": source.model_version,
        "template_set_version": source.template_set_version,
        "anomaly_kind": finding.explanation.kind,
        "anomaly_grade": round(finding.grade, 6),
        "anomaly_score": finding.score,
        "threshold": finding.threshold,
        "p_value": finding.p_value,
        "is_anomaly": True,
        "learning": finding.learning,
        "reason": finding.explanation.reason,
        "burl.unit": source.unit,
        "event.kind": "alert",
        "schema_version": SCHEMA_VERSION,
    }


def _deployment(deployment: Deployment) -> dict[str, Any]:
    return {
        "new_since_deploy": True,
        "deployment.id": deployment.id,
        "deployment.version": deployment.version,
        "deployment.time": rfc3339(deployment.start_ns),
    }


def _identity(finding: Finding) -> dict[str, Any]:
    identity = finding.identity
    names = {
        "k8s.namespace.name": identity.namespace,
        "k8s.pod.name": identity.pod,
        "k8s.container.name": identity.container,
    }
    service = identity.workload or identity.container or "unknown"
    return {"service.name": service} | {k: v for k, v in (names | dict(identity.fields)).items() if v}


def _explanation(finding: Finding, catalogue: Catalogue) -> dict[str, Any]:
    why = finding.explanation
    fields: dict[str, Any] = {
        "expected_templates": [catalogue[t].text for t in why.expected_templates if t >= 0],
        "nearest_template": catalogue[why.nearest_template].text if why.nearest_template >= 0 else None,
        "changed_tokens": why.changed_tokens,
        "expected_value": why.expected_value,
        "actual_value": why.actual_value,
        "probability": why.probability,
        "burl.detail": orjson.dumps(dict(why.detail)).decode() if why.detail else None,
    }
    return {k: v for k, v in fields.items() if v is not None and v != []}


def _record(finding: Finding, catalogue: Catalogue) -> dict[str, Any]:
    record, template = finding.record, finding.explanation.template
    fields: dict[str, Any] = {}
    if record is not None:
        template = record.template if template < 0 else template
        fields = {
            "log.record.uid": record.uid,
            "log.record.original": record.body[:_MAX_TEXT],
            "severity.number": record.severity,
            "trace_id": record.trace_id,
            "span_id": record.span_id,
        }
    if template >= 0:
        fields |= {"log.record.template": catalogue[template].text, "log.template.id": catalogue[template].id}
    return {k: v for k, v in fields.items() if v}
