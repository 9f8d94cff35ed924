"""The dashboards: built by `bundle` and its pages, shipped as NDJSON, checked by `lint` and `queries`."""

from burl_opensearch.dashboards.bundle import build_dashboards, shipped_dashboards

__all__ = ["build_dashboards", "shipped_dashboards"]
