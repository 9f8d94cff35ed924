"""Puts the dashboards into OpenSearch Dashboards, looks whether they are there, takes them away."""

from typing import Any

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from burl.errors import ConfigError, Retryable
from burl.write.settings import OpenSearchSettings
from burl_opensearch.dashboards.builders import SavedObject
from burl_opensearch.dashboards.bundle import build_dashboards
from burl_opensearch.platform import Step
from burl_opensearch.settings import PlatformSettings

_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404
_TENANT = "global"
"""The tenant that all users of the security plugin see."""


def import_dashboards(url: str, settings: OpenSearchSettings, platform: PlatformSettings) -> int:
    """Import the dashboards and what they need into the Dashboards at `url`; return the number of objects.

    Importing again overwrites. User, password and certificates are those of `settings`, OpenSearch's own;
    `platform` says where the dashboards' links lead.

    Raises:
        ConfigError: Dashboards refuses us or the file.
        Retryable: it cannot be reached.
    """
    file = ("burl.ndjson", build_dashboards(settings.prefix, platform), "application/x-ndjson")
    status, data = _ask(url, settings, "POST", "_import?overwrite=true", {"file": file})
    return _imported(url, status, data)


def status(url: str, settings: OpenSearchSettings) -> list[Step]:
    """Return each dashboard, and whether it is there. Raises as `import_dashboards`."""
    return [
        Step("dashboard", each["id"], "current" if _exists(url, settings, each) else "missing")
        for each in _saved_objects(settings)
        if each["type"] == "dashboard"
    ]


def remove(url: str, settings: OpenSearchSettings) -> list[Step]:
    """Delete all that `import_dashboards` imports; return the dashboards. Raises as it does."""
    objects = _saved_objects(settings)
    for each in reversed(objects):
        answered, data = _ask(url, settings, "DELETE", f"{each['type']}/{each['id']}")
        if answered not in {_OK, _NOT_FOUND}:
            raise ConfigError(f"Dashboards at {url} kept {each['id']} (status {answered}): {_why(data)}")
    return [Step("dashboard", each["id"], "missing") for each in objects if each["type"] == "dashboard"]


def _saved_objects(settings: OpenSearchSettings) -> list[SavedObject]:
    return [orjson.loads(line) for line in build_dashboards(settings.prefix).splitlines()[:-1]]


def _exists(url: str, settings: OpenSearchSettings, wanted: SavedObject) -> bool:
    answered, data = _ask(url, settings, "GET", f"{wanted['type']}/{wanted['id']}")
    if answered in {_UNAUTHORIZED, _FORBIDDEN}:
        raise ConfigError(f"Dashboards at {url} refuses us (status {answered}): {_why(data)}")
    return answered == _OK


def _ask(
    url: str, settings: OpenSearchSettings, method: str, path: str, fields: dict[str, Any] | None = None
) -> tuple[int, bytes]:
    headers = {"osd-xsrf": "true", "securitytenant": _TENANT}
    if settings.username:
        headers |= urllib3.make_headers(basic_auth=f"{settings.username}:{settings.secret()}")
    where = f"{url.rstrip('/')}/api/saved_objects/{path}"
    try:
        answer = _pool(settings).request(method, where, fields=fields, headers=headers)
    except HTTPError as error:
        raise Retryable(f"Dashboards at {url} cannot be reached: {error}") from error
    return answer.status, answer.data


def _pool(settings: OpenSearchSettings) -> urllib3.PoolManager:
    return urllib3.PoolManager(
        cert_reqs="CERT_NONE" if settings.insecure_skip_verify else "CERT_REQUIRED",
        ca_certs=str(settings.ca_file) if settings.ca_file else None,
        timeout=settings.request_timeout_seconds,
        retries=False,
    )


def _imported(url: str, status: int, data: bytes) -> int:
    """Dashboards answers 200 even where some objects failed: the body tells."""
    said = _body(data)
    if status != _OK or not said.get("success"):
        raise ConfigError(f"Dashboards at {url} did not take the dashboards (status {status}): {_why(data)}")
    return int(said["successCount"])


def _why(data: bytes) -> Any:
    said = _body(data)
    return said.get("message") or said.get("errors") or data[:200].decode(errors="replace")


def _body(data: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
