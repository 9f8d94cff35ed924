"""A server that answers as OpenSearch 2.19.4 with ISM, Alerting, Notifications and Security was seen to do.

No package registry has the first three.
"""

import json
from typing import Any

from support.http_server import HttpServer, Request

_MONITORS = "/_plugins/_alerting/monitors"
_CONFIGS = "/_plugins/_notifications/configs"
_ISM = "/_plugins/_ism/"


class Plugins(HttpServer):
    """Keeps what is put, by path; there are `indices` that policies are for."""

    def __init__(self) -> None:
        super().__init__()
        self.indices: list[str] = []
        self.kept: dict[str, Any] = {}
        self.asked: list[str] = []

    def answer(self, request: Request) -> tuple[int, bytes]:
        self.asked.append(f"{request.method} {request.path}")
        body = json.loads(request.body) if request.body else None
        status, said = self._answer(request.method, request.path, body)
        return status, json.dumps(said).encode()

    def _answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        bare = path.partition("?")[0]
        if bare == f"{_MONITORS}/_search":
            return self._found(body["query"]["term"]["monitor.name.keyword"])
        if bare.startswith("/burl_"):
            return 200, {name: {} for name in self.indices}
        if bare.startswith(_ISM) and method == "POST":
            return self._managed(bare.split("/")[3])
        return self._kept(method, bare, body)

    def _kept(self, method: str, bare: str, body: Any) -> tuple[int, Any]:
        if method == "POST":
            bare = f"{bare}/{body['config_id']}" if bare == _CONFIGS else f"{bare}/made"
            self.kept[bare] = body
            return 201, {}
        if bare in self.kept and body and _type(body) != _type(self.kept[bare]):
            return 409, {"error": "Config type cannot be changed after creation"}
        must_exist = method != "PUT" or bare.startswith((_MONITORS, _CONFIGS))
        if must_exist and bare not in self.kept:
            return 404, {"error": "not found"}
        if method == "PUT":
            self.kept[bare] = body
        found = self.kept.pop(bare) if method == "DELETE" else self.kept[bare]
        return 200, _as_told(bare, found)

    def _managed(self, verb: str) -> tuple[int, Any]:
        if verb == "change_policy" and not self.indices:
            return 400, {"error": {"type": "action_request_validation_exception"}, "status": 400}
        return 200, {"updated_indices": len(self.indices), "failures": False, "failed_indices": []}

    def _found(self, name: str) -> tuple[int, Any]:
        kept = [(path, body) for path, body in self.kept.items() if path.startswith(_MONITORS)]
        # Alerting leaves `ui_metadata` out, but for Dashboards.
        told = [(path, {k: v for k, v in body.items() if k != "ui_metadata"}) for path, body in kept]
        hits = [{"_id": path.split("/")[-1], "_source": body} for path, body in told if body["name"] == name]
        # As long as there never was a monitor, there is no index of them.
        return (200, {"hits": {"hits": hits}}) if hits else (404, {"error": {"type": "alerting_exception"}})


def _type(body: Any) -> Any:
    """Return the type of a channel; of anything else, None."""
    return body.get("config", {}).get("config_type")


def _as_told(path: str, body: Any) -> Any:
    """Return what a GET answers where that is not what was put."""
    if "/_security/" in path:
        return {path.rsplit("/", maxsplit=1)[-1]: body}
    if path.startswith(_CONFIGS):
        return {"config_list": [body]}
    return body | {"_seq_no": 3, "_primary_term": 1}
