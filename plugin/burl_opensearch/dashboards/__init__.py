"""The Overview dashboard: built by `overview`, shipped as NDJSON, checked by `lint` and `queries`."""

from burl_opensearch.dashboards.overview import build_overview, shipped_overview

__all__ = ["build_overview", "shipped_overview"]
