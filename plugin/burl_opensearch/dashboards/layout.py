"""Places of panels, and where links lead: what a browser shows wrongly, and no import complains of."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

COLUMNS = 48
_COLUMN_PIXELS = 25
"""Of a window 1,280 pixels wide."""
_CHARACTER_PIXELS, _BORDER_PIXELS = 7.5, 30
_VIEW = re.compile(r"#/view/([\w-]+)")
_ABSOLUTE = ("http://", "https://", "../app/")


def panels(dashboard: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the places of a dashboard's panels.

    Args:
        dashboard: the saved object.
        titles: title of each saved object by its id.
    """
    placed: Sequence[dict[str, Any]] = json.loads(dashboard["attributes"]["panelsJSON"])
    contents = {reference["name"]: reference["id"] for reference in dashboard["references"]}
    for panel in placed:
        grid = panel["gridData"]
        if grid["x"] + grid["w"] > COLUMNS:
            yield f"panel {panel['panelIndex']} reaches beyond column {COLUMNS}"
        title = titles.get(contents.get(panel.get("panelRefName", ""), ""), "")
        if len(title) * _CHARACTER_PIXELS > grid["w"] * _COLUMN_PIXELS - _BORDER_PIXELS:
            yield f"panel {panel['panelIndex']} is too narrow for its title: {title}"
    for one, other in combinations(placed, 2):
        if _overlap(one["gridData"], other["gridData"]):
            yield f"panels {one['panelIndex']} and {other['panelIndex']} overlap"


def links(each: Mapping[str, Any], dashboards: set[str]) -> Iterator[str]:
    """Yield the links in Markdown, or on an index pattern's values, that lead nowhere."""
    attributes = each["attributes"]
    formats = json.loads(attributes.get("fieldFormatMap") or "{}")
    for field, form in formats.items():
        address = form["params"]["urlTemplate"]
        if not address.startswith(_ABSOLUTE):
            yield f"the link of {field} is not one that Dashboards follows: {address}"
        if "{{value}}" not in address:
            yield f"the link of {field} says nothing of the value"
    for target in _VIEW.findall(json.dumps(formats) + attributes.get("visState", "")):
        if target not in dashboards:
            yield f"a link leads to dashboard {target}, which is not there"


def _overlap(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )
