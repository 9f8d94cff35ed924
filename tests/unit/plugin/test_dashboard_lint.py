"""Each trap that Dashboards falls into without a word is one the lint must name."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from burl_opensearch.dashboards import build_dashboards, shipped_dashboards
from burl_opensearch.dashboards.lint import lint
from burl_opensearch.fields import ANNOTATION, INCIDENT, LOG, TEMPLATE, TEMPLATE_COUNT, VERDICT
from burl_opensearch.settings import PlatformSettings
from burl_opensearch.templates import mapping

Objects = list[dict[str, Any]]
MAPPINGS = {
    title: {name: each["type"] for name, each in mapping(fields)["properties"].items()}
    for title, fields in (
        ("burl_anomalies-*", ANNOTATION),
        ("burl_incidents*", INCIDENT),
        ("burl_templates*", TEMPLATE),
        ("burl_template_counts-*", TEMPLATE_COUNT),
        ("burl_feedback-*", VERDICT),
        ("burl_logs-*", LOG),
    )
}


def _one(objects: Objects, identifier: str) -> dict[str, Any]:
    return next(each for each in objects if each.get("id") == identifier)


def _edit_json(each: dict[str, Any], name: str, change: Callable[[Any], object]) -> None:
    value = json.loads(each["attributes"][name])
    change(value)
    each["attributes"][name] = json.dumps(value)


def _state(
    change: Callable[[Any], object], identifier: str = "burl-grades-by-service"
) -> Callable[[Objects], None]:
    return lambda objects: _edit_json(_one(objects, identifier), "visState", change)


def _panels(change: Callable[[Any], object]) -> Callable[[Objects], None]:
    return lambda objects: _edit_json(_one(objects, "burl-anomalies-overview"), "panelsJSON", change)


def _attributes(identifier: str, **changes: Any) -> Callable[[Objects], None]:
    return lambda objects: _one(objects, identifier)["attributes"].update(changes)


def _without_reference(objects: Objects) -> None:
    _one(objects, "burl-grades-by-service")["references"].clear()


def _without_visualization(objects: Objects) -> None:
    objects.remove(_one(objects, "burl-new-templates"))


def _newer(objects: Objects) -> None:
    _one(objects, "burl-anomalies-overview")["migrationVersion"]["dashboard"] = "7.10.0"


def _core_version(objects: Objects) -> None:
    _one(objects, "burl-anomalies")["coreMigrationVersion"] = "8.8.0"


def _unknown_type(objects: Objects) -> None:
    _one(objects, "burl-top-incidents")["type"] = "lens"


def _twice(objects: Objects) -> None:
    objects.insert(0, objects[0])


def _wrong_summary(objects: Objects) -> None:
    objects[-1]["exportedCount"] = 1


def _vega(state: dict[str, Any]) -> None:
    state.update(type="vega", params={"spec": "{no json"}, aggs=[])


def _without_grade(fields: list[dict[str, Any]]) -> None:
    fields[:] = [field for field in fields if field["name"] != "anomaly_grade"]


def _series(**changes: Any) -> Callable[[Objects], None]:
    return _state(lambda state: state["params"]["seriesParams"][0].update(changes), "burl-incidents-by-kind")


def _link(address: str) -> Callable[[Objects], None]:
    return lambda objects: _edit_json(
        _one(objects, "burl-incidents"),
        "fieldFormatMap",
        lambda formats: formats["incident_id"]["params"].update(urlTemplate=address),
    )


TRAPS: dict[str, tuple[Callable[[Objects], None], str]] = {
    "a reference to a visualization that is not there": (_without_visualization, "which is not there"),
    "a panel without its reference": (
        _panels(lambda panels: panels[0].update(panelRefName="panel_99")),
        "panel_99 is not among the references",
    ),
    "gridData.i that differs": (_panels(lambda panels: panels[1]["gridData"].update(i="7")), "stays blank"),
    "no index pattern": (_without_reference, "no reference to an index pattern"),
    "a field that the mapping lacks": (
        _state(lambda state: state["aggs"][0]["params"].update(field="grade")),
        "field grade is not in the mapping",
    ),
    "a terms aggregation on text": (
        _state(lambda state: state["aggs"][2]["params"].update(field="reason")),
        "terms over reason, which is a text field",
    ),
    "a column that the mapping lacks": (
        _attributes("burl-top-incidents", columns=["why"]),
        "field why is not in the mapping",
    ),
    "a sort by text": (
        _attributes("burl-top-incidents", sort=[["reason", "asc"]]),
        "sorts by the text field reason",
    ),
    "a field that the index pattern lacks": (
        lambda objects: _edit_json(_one(objects, "burl-anomalies"), "fields", _without_grade),
        "field anomaly_grade is not in the mapping, or not in the index pattern",
    ),
    "a sum of words": (
        _state(lambda state: state["aggs"][0].update(type="sum", params={"field": "service.name"})),
        "sum over service.name, which is a keyword field",
    ),
    "an order by what is no metric": (
        _state(lambda state: state["aggs"][2]["params"].update(orderBy="7")),
        "ordered by 7, which is no metric",
    ),
    "a place that the type has not": (
        _state(lambda state: state["aggs"][2].update(schema="bucket")),
        "no place bucket",
    ),
    "two metrics where there is room for one": (
        _state(lambda state: state["aggs"].append({**state["aggs"][0], "id": "9"})),
        "2 aggregations in metric",
    ),
    "a metric in the place of a bucket": (
        _state(lambda state: state["aggs"][0].update(schema="group")),
        "group takes no max",
    ),
    "a heatmap with too many rows": (
        _state(lambda state: state["aggs"][2]["params"].update(size=51)),
        "a heatmap of 51 rows",
    ),
    "the same id twice": (_state(lambda state: state["aggs"][1].update(id="1")), "have the same id"),
    "a parameter that is missing": (
        _state(lambda state: state["params"].pop("colorsRange")),
        "params lack colorsRange",
    ),
    "a series of nothing": (_series(data={"id": "3"}), "shows aggregation 3, which is no metric"),
    "a series on no axis": (_series(valueAxis="ValueAxis-2"), "stands on axis ValueAxis-2"),
    "a panel beyond the edge": (
        _panels(lambda panels: panels[1]["gridData"].update(x=40)),
        "reaches beyond column 48",
    ),
    "panels that overlap": (_panels(lambda panels: panels[1]["gridData"].update(x=30)), "overlap"),
    "a title that is cut off": (
        _panels(lambda panels: panels[1]["gridData"].update(w=4)),
        "too narrow for its title: [Burl] Incidents",
    ),
    "a link to no dashboard": (
        _state(lambda state: state["params"].update(markdown="[x](#/view/burl-gone)"), "burl-overview-text"),
        "leads to dashboard burl-gone",
    ),
    "a link that is not followed": (_link("app/dashboards#/view/burl-incident?{{value}}"), "not one that"),
    "a link without the value": (_link("../app/dashboards#/view/burl-incident"), "nothing of the value"),
    "an unknown visualization": (_state(lambda state: state.update(type="tsvb")), "tsvb does not render"),
    "an unknown aggregation": (_state(lambda state: state["aggs"][0].update(type="top")), "aggregation top"),
    "a bad visState": (_attributes("burl-new-templates", visState="{"), "visState is not a JSON string"),
    "a visState without aggs": (_state(lambda state: state.pop("aggs")), "visState lacks"),
    "a bad Vega spec": (_state(_vega), "Vega spec is not JSON"),
    "a Vega spec without data": (
        _state(lambda state: state.update(type="vega", params={"spec": "{}"}, aggs=[])),
        "Vega spec lacks",
    ),
    "an index pattern that matches nothing": (
        _attributes("burl-anomalies", title="burl-*"),
        "no index matches",
    ),
    "a newer migrationVersion": (_newer, "is newer than 7.9.3"),
    "a coreMigrationVersion": (_core_version, "coreMigrationVersion"),
    "an unknown type of object": (_unknown_type, "unknown type of object"),
    "an extra attribute": (_attributes("burl-anomalies", color="red"), "attribute color is unknown"),
    "panelsJSON as an array": (_attributes("burl-anomalies-overview", panelsJSON=[]), "panelsJSON is not"),
    "the same object twice": (_twice, "is there twice"),
    "a wrong summary": (_wrong_summary, "the summary says"),
}


def test_the_shipped_dashboards_are_sound() -> None:
    assert lint(shipped_dashboards(), MAPPINGS) == []


def test_every_link_stands_in_a_column_that_somebody_sees() -> None:
    objects = [json.loads(line) for line in shipped_dashboards().splitlines()[:-1]]
    attributes = [each["attributes"] for each in objects]
    linked = {field for each in attributes for field in json.loads(each.get("fieldFormatMap", "{}"))}
    assert linked <= {column for each in attributes for column in each.get("columns", [])}
    assert "log.template.id" in linked


def test_raw_logs_of_others_and_another_console() -> None:
    settings = PlatformSettings(raw_index="logs-*", console_url="https://console.example/")
    text = build_dashboards("mine", settings)
    mappings = {title.replace("burl_", "mine_"): fields for title, fields in MAPPINGS.items()}
    assert lint(text, mappings | {"logs-*": {"@timestamp": "date"}}) == []
    assert "https://console.example/findings/{{value}}" in text
    assert "burl-" not in text


@pytest.mark.parametrize("trap", TRAPS)
def test_the_lint_names_the_trap(trap: str) -> None:
    objects = [json.loads(line) for line in build_dashboards().splitlines()]
    spring, expected = TRAPS[trap]
    spring(objects)
    problems = lint("\n".join(json.dumps(each) for each in objects), MAPPINGS)
    assert any(expected in problem for problem in problems), problems


@pytest.mark.parametrize("text", ["", "no json", '{"id": "x"}'])
def test_a_file_that_is_no_export(text: str) -> None:
    assert lint(text, MAPPINGS)
