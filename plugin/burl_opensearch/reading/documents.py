"""Log documents of the forms that are out there -> text, severity, ids, and who wrote them.

Plain (`message`), Elastic Common Schema, SS4O, Fluent Bit's `opensearch` output (`log`, `kubernetes`), Data
Prepper's `logs-otel-v1` (`resource.attributes.k8s@pod@name`). Nobody has to say which: each field is taken
where it is.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from burl.receive.values import flatten

_BODIES = ("body", "message", "log", "msg", "event.original", "log.original", "log.record.original")
_PREFIXES = ("resource.attributes.", "resource.", "log.attributes.", "attributes.", "scope.attributes.")
_RENAMED = {
    "kubernetes.namespace": "k8s.namespace.name",
    "kubernetes.pod.name": "k8s.pod.name",
    "kubernetes.pod.uid": "k8s.pod.uid",
    "kubernetes.container.name": "k8s.container.name",
    "kubernetes.node.name": "k8s.node.name",
    "serviceName": "service.name",
    "service.environment": "deployment.environment.name",
    "host.hostname": "host.name",
    "hostname": "host.name",
    "log_record_uid": "log.record.uid",
}
"""Names of ECS and of Data Prepper -> OpenTelemetry's."""
_SERVICES = ("service", "service_name", "app", "application")
"""What plain documents call the service, where they do not use its proper name."""
_PERIOD = re.compile(r"(?:[-_.](?:\d{4}[-.]\d\d(?:[-.]\d\d){0,2}|\d{6}))+$")
"""What an index is called by beside its name: the day that it is for, the number of its rollover."""
_SEVERITY_NUMBERS = ("severity.number", "severityNumber", "severity_number")
_SEVERITY_TEXTS = ("severity.text", "severityText", "severity_text", "log.level", "level", "severity")
_TRACE_IDS = ("traceId", "trace_id", "trace.id")
_SPAN_IDS = ("spanId", "span_id", "span.id")
_TEXT_NUMBERS = {
    "trace": 1,
    "debug": 5,
    "info": 9,
    "information": 9,
    "notice": 10,
    "warn": 13,
    "warning": 13,
    "err": 17,
    "error": 17,
    "crit": 18,
    "critical": 18,
    "alert": 19,
    "fatal": 21,
    "panic": 21,
    "emerg": 21,
}


def body_of(source: Mapping[str, Any], body_keys: Sequence[str]) -> str:
    """Return the text of a document, an empty one where it has none."""
    for name in (*_BODIES, *body_keys):
        value = _at(source, name)
        if isinstance(value, str):
            return value
        if isinstance(value, dict) and value and name in {"body", "log", "message"}:
            inner = body_of(value, body_keys) if name != "log" else _text_in_log(value)
            if inner or name != "log":
                return inner or orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return ""


def attributes_of(source: Mapping[str, Any]) -> dict[str, str]:
    """Return all scalars of a document under OpenTelemetry's names, flat."""
    result: dict[str, str] = {}
    for name, value in flatten(dict(source)).items():
        result.setdefault(_renamed(name), value)
    if "service.name" not in result and (service := _first(result, _SERVICES)):
        result["service.name"] = service
    return result


def stem_of(index: str) -> str:
    """Return the name that an index has in common with those of other days, or its data stream's."""
    name = index.removeprefix(".ds-")
    return _PERIOD.sub("", name) or name


def severity_of(attributes: Mapping[str, str]) -> int:
    """Return OpenTelemetry's severity number, 0 where unknown."""
    number = _first(attributes, _SEVERITY_NUMBERS)
    if number.isdecimal():
        return int(number) if int(number) <= 24 else 0  # OpenTelemetry's highest
    return _TEXT_NUMBERS.get(_first(attributes, _SEVERITY_TEXTS).lower(), 0)


def trace_of(attributes: Mapping[str, str]) -> str:
    """Return the trace id, or an empty string."""
    return _first(attributes, _TRACE_IDS)


def span_of(attributes: Mapping[str, str]) -> str:
    """Return the span id, or an empty string."""
    return _first(attributes, _SPAN_IDS)


def _renamed(name: str) -> str:
    """Return OpenTelemetry's name: without where it stood, dots where Data Prepper had to write `@`."""
    bare = name.replace("@", ".")
    for prefix in _PREFIXES:
        bare = bare.removeprefix(prefix)
    return _RENAMED.get(bare, bare)


def _text_in_log(log: Mapping[str, Any]) -> str:
    """Return the text below `log`: in ECS that holds level and file, in Fluent Bit at times a record."""
    found = next((log[name] for name in ("message", "log", "msg") if isinstance(log.get(name), str)), "")
    return str(found)


def _at(source: Mapping[str, Any], name: str) -> Any:
    """Return what stands at a dotted path, whether the document is nested or flat."""
    if name in source:
        return source[name]
    head, dot, rest = name.partition(".")
    inner = source.get(head)
    return _at(inner, rest) if dot and isinstance(inner, dict) else None


def _first(attributes: Mapping[str, str], names: Sequence[str]) -> str:
    return next((attributes[name] for name in names if attributes.get(name)), "")
