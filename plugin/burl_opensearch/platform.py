"""Installs in OpenSearch what agents and the dashboard need; installing again changes nothing.

Needs rights that an agent does not have (index templates, making indices): it is run by a person or a job,
`burl platform install URL`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError

from burl.clock import Clock, SystemClock
from burl.decide.annotation import SCHEMA_VERSION
from burl.errors import ConfigError
from burl.write.names import IndexNames, Upserted
from burl.write.opensearch.client import translated
from burl_opensearch.templates import build_templates

Kind = Literal["component template", "index template", "index"]
State = Literal["missing", "outdated", "current"]

_UPSERTED: tuple[Upserted, ...] = ("incidents", "suppressions")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be installed: its `kind` and `name`, and how it stands in the cluster."""

    kind: Kind
    name: str
    state: State


@dataclass(frozen=True, slots=True)
class _Plan:
    step: Step
    apply: Callable[[], object]


def status(client: OpenSearch, url: str, prefix: str = "burl", clock: Clock | None = None) -> list[Step]:
    """Return everything that belongs into the cluster, and how it stands; changes nothing.

    Args:
        client: a connection to the cluster.
        url: how messages name it.
        prefix: first word of all index names.
        clock: tells the current month, whose index of annotations is made before there is one.

    Raises:
        ConfigError: the cluster refuses us, or holds a newer schema than this version knows.
        Retryable: it cannot be reached.
    """
    with translated(url):
        return [plan.step for plan in _plans(client, IndexNames(prefix), clock or SystemClock())]


def install(client: OpenSearch, url: str, prefix: str = "burl", clock: Clock | None = None) -> list[Step]:
    """Install what is missing or outdated; return every step with the state that it was in *before*.

    Raises:
        ConfigError, Retryable: as `status`. Where the schema is newer, nothing was changed.
    """
    with translated(url):
        plans = list(_plans(client, IndexNames(prefix), clock or SystemClock()))
        for plan in plans:
            if plan.step.state != "current":
                plan.apply()
    return [plan.step for plan in plans]


def _plans(client: OpenSearch, names: IndexNames, clock: Clock) -> Iterator[_Plan]:
    templates = build_templates(names)
    for name, body in templates.components.items():
        yield _plan_component(client, name, body)
    for name, body in templates.indices.items():
        yield _plan_template(client, name, body)
    for kind in _UPSERTED:
        yield _plan_index(client, f"{names.alias(kind)}-v1", {names.alias(kind): {}})
    # A dashboard whose index pattern matches nothing shows errors, and other dashboards with it.
    yield _plan_index(client, names.dated("anomalies", clock.time_ns()), {})


def _plan_component(client: OpenSearch, name: str, body: dict[str, Any]) -> _Plan:
    try:
        answer = client.cluster.get_component_template(name=name)
        found = answer["component_templates"][0]["component_template"]
    except NotFoundError:
        found = None
    step = Step("component template", name, _state(name, found, body))
    return _Plan(step, lambda: client.cluster.put_component_template(name=name, body=body))


def _plan_template(client: OpenSearch, name: str, body: dict[str, Any]) -> _Plan:
    try:
        answer = client.indices.get_index_template(name=name)
        found = answer["index_templates"][0]["index_template"]
    except NotFoundError:
        found = None

    def apply() -> None:
        client.indices.put_index_template(name=name, body=body)
        # A template speaks only of indices to come; new fields are wanted in those that are there, too.
        client.indices.put_mapping(
            index=body["index_patterns"][0],
            body=body["template"]["mappings"],
            params={"ignore_unavailable": "true", "allow_no_indices": "true"},
        )

    return _Plan(Step("index template", name, _state(name, found, body)), apply)


def _plan_index(client: OpenSearch, name: str, aliases: dict[str, Any]) -> _Plan:
    state: State = "current" if client.indices.exists(index=name) else "missing"
    return _Plan(
        Step("index", name, state), lambda: client.indices.create(index=name, body={"aliases": aliases})
    )


def _state(name: str, found: dict[str, Any] | None, wanted: dict[str, Any]) -> State:
    if found is None:
        return "missing"
    meta = found.get("_meta", {})
    version = meta.get("schema_version", 0)
    if version > SCHEMA_VERSION:
        raise ConfigError(
            f"template {name} has schema version {version}, this version of Burl knows {SCHEMA_VERSION}:"
            " upgrade burl-agent"
        )
    return "current" if meta.get("digest") == wanted["_meta"]["digest"] else "outdated"
