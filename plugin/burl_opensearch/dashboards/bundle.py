"""All dashboards in one file, as it is imported and shipped."""

from importlib.resources import files

from burl_opensearch.dashboards import catalogue, incident, overview, quality
from burl_opensearch.dashboards.builders import SavedObject, ndjson
from burl_opensearch.dashboards.patterns import build_patterns

FILE = "burl.ndjson"


def shipped_dashboards() -> str:
    """Return the NDJSON file that is shipped."""
    return (files("burl_opensearch") / "dashboards" / FILE).read_text(encoding="utf-8")


def build_dashboards(prefix: str = "burl", raw_index: str = "") -> str:
    """Return the NDJSON of all dashboards and all that they need.

    Args:
        prefix: first word of the indices' names, and of the objects' ids: two installations get on.
        raw_index: index pattern of the raw logs, for the Incident page; empty where it is not known.
    """
    return _renamed(ndjson(_objects(prefix, raw_index)), prefix)


def _objects(prefix: str, raw_index: str) -> list[SavedObject]:
    raw = bool(raw_index)
    pages = (overview.panels(), incident.panels(with_raw_logs=raw), catalogue.panels(), quality.panels())
    contents = [panel.content for page in pages for panel in page]
    dashboards = [overview.build(), incident.build(with_raw_logs=raw), catalogue.build(), quality.build()]
    return [*build_patterns(prefix, raw_index), *contents, *dashboards]


def _renamed(text: str, prefix: str) -> str:
    """Give ids, references and links another first word."""
    if prefix == "burl":
        return text
    return text.replace('"id": "burl-', f'"id": "{prefix}-').replace("#/view/burl-", f"#/view/{prefix}-")
