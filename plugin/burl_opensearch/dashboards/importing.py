"""Puts the Overview dashboard into OpenSearch Dashboards; importing again overwrites it."""

from typing import Any

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from burl.errors import ConfigError, Retryable
from burl.write.settings import OpenSearchSettings
from burl_opensearch.dashboards.overview import build_overview

_OK = 200
_TENANT = "global"
"""The tenant that all users of the security plugin see."""


def import_overview(url: str, settings: OpenSearchSettings) -> int:
    """Import the dashboard and what it needs into the Dashboards at `url`; return the number of objects.

    User, password and certificates are those of `settings`, OpenSearch's own.

    Raises:
        ConfigError: Dashboards refuses us or the file.
        Retryable: it cannot be reached.
    """
    body = {"file": ("overview.ndjson", build_overview(settings.prefix), "application/x-ndjson")}
    headers = {"osd-xsrf": "true", "securitytenant": _TENANT}
    if settings.username:
        headers |= urllib3.make_headers(basic_auth=f"{settings.username}:{settings.secret()}")
    try:
        answer = _pool(settings).request(
            "POST",
            f"{url.rstrip('/')}/api/saved_objects/_import?overwrite=true",
            fields=body,
            headers=headers,
        )
    except HTTPError as error:
        raise Retryable(f"Dashboards at {url} cannot be reached: {error}") from error
    return _imported(url, answer.status, answer.data)


def _pool(settings: OpenSearchSettings) -> urllib3.PoolManager:
    return urllib3.PoolManager(
        cert_reqs="CERT_NONE" if settings.insecure_skip_verify else "CERT_REQUIRED",
        ca_certs=str(settings.ca_file) if settings.ca_file else None,
        timeout=settings.request_timeout_seconds,
        retries=False,
    )


def _imported(url: str, status: int, data: bytes) -> int:
    """Dashboards answers 200 even where some objects failed: the body tells."""
    try:
        said: dict[str, Any] = orjson.loads(data)
    except orjson.JSONDecodeError:
        said = {}
    if status != _OK or not said.get("success"):
        why = said.get("message") or said.get("errors") or data[:200].decode(errors="replace")
        raise ConfigError(f"Dashboards at {url} did not take the dashboard (status {status}): {why}")
    return int(said["successCount"])
