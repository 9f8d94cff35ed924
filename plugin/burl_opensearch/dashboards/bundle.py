"""All dashboards in one file, as it is imported and shipped."""

from importlib.resources import files

from burl_opensearch.dashboards import catalogue, incident, overview, quality, raw
from burl_opensearch.dashboards.builders import SavedObject, ndjson
from burl_opensearch.dashboards.patterns import build_patterns
from burl_opensearch.settings import PlatformSettings

FILE = "burl.ndjson"


def shipped_dashboards() -> str:
    """Return the NDJSON file that is shipped."""
    return (files("burl_opensearch") / "dashboards" / FILE).read_text(encoding="utf-8")


def build_dashboards(prefix: str = "burl", settings: PlatformSettings | None = None) -> str:
    """Return the NDJSON of all dashboards and all that they need.

    Args:
        prefix: first word of the indices' names, and of the objects' ids: two installations get on.
        settings: where the raw logs are, and where verdicts are given.
    """
    return _renamed(ndjson(_objects(prefix, settings or PlatformSettings())), prefix)


def _objects(prefix: str, settings: PlatformSettings) -> list[SavedObject]:
    ours = not settings.raw_index
    logs = raw.lines(ours=ours)
    pages = (overview.panels(), incident.panels(logs), catalogue.panels(), quality.panels(), raw.panels(logs))
    contents = {panel.content["id"]: panel.content for page in pages for panel in page}
    dashboards = [overview.build(), incident.build(logs), catalogue.build(), quality.build(), raw.build(logs)]
    patterns = build_patterns(prefix, settings.raw_index, settings.console_url)
    return [*patterns, *contents.values(), *dashboards]


def _renamed(text: str, prefix: str) -> str:
    """Give ids, references and links another first word."""
    if prefix == "burl":
        return text
    return text.replace('"id": "burl-', f'"id": "{prefix}-').replace("#/view/burl-", f"#/view/{prefix}-")
