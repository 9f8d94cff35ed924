"""Marks flagged log documents where they are: `write.mode: update`.

The documents are somebody else's, written by Fluent Bit on its own way: they may come after their annotation,
or never. So this is a sink beside the store: it tries for a while, and what it cannot mark, the annotation
still says.
"""

from collections.abc import Sequence
from typing import Any

import orjson
from opensearchpy import OpenSearch

from burl.decide import Annotation, Findings
from burl.errors import Permanent, Retryable
from burl.write.backoff import Retry
from burl.write.opensearch.bulk import judge
from burl.write.opensearch.client import translated
from burl.write.settings import UpdateSettings

_PAGE = 500
_BACKING_INDEX = ".ds-"
"""How the indices of data streams are called: those take no updates from us."""
Marks = dict[str, dict[str, Any]]
"""By record uid: what its log document is given."""


class UpdateSink:
    """Finds the log document of each annotation by its `log.record.uid`, and updates it."""

    name = "update"

    def __init__(self, client: OpenSearch, url: str, settings: UpdateSettings, retry: Retry) -> None:
        """Args: `client` is closed with the sink; `url` is how messages name the server."""
        self._client, self._url, self._settings, self._retry = client, url, settings, retry

    def write(self, findings: Findings) -> None:
        """Mark the log documents of all annotations.

        Raises:
            Retryable: not all are there (yet), or OpenSearch cannot be reached.
            Permanent: OpenSearch refuses an update.
        """
        left = _marks(findings.annotations)

        def attempt() -> None:
            with translated(self._url):
                self._mark(left)
            if left:
                raise Retryable(f"{len(left)} log documents are not in {self._settings.index}")

        if left:
            self._retry.run(attempt)

    def healthy(self) -> bool:
        """Return True: nothing waits for this sink."""
        return True

    def close(self) -> None:
        """End running retries, and close the connections."""
        self._retry.stop()
        self._client.close()

    def _mark(self, left: Marks) -> None:
        """Update what is found of `left`, and take it out."""
        for uids in _pages(sorted(left)):
            hits = [hit for hit in self._find(uids) if not hit["_index"].startswith(_BACKING_INDEX)]
            if not hits:
                continue
            body = b"".join(_update(hit, left[self._uid(hit)]) for hit in hits)
            items = self._client.bulk(body=body, params={"filter_path": "items.*.status,items.*.error"})[
                "items"
            ]
            for hit, item in zip(hits, items, strict=True):
                self._settle(hit, item["update"], left)

    def _settle(self, hit: dict[str, Any], item: dict[str, Any], left: Marks) -> None:
        status = int(item["status"])
        if status == 409:  # somebody else changed it: read it again
            return
        if judge(status) == "refused":
            raise Permanent(f"{hit['_index']}: {item['error']['reason']}")
        if judge(status) == "done":
            left.pop(self._uid(hit), None)
            self._retry.counters.stored_documents += 1

    def _find(self, uids: Sequence[str]) -> list[dict[str, Any]]:
        names = [name for field in self._settings.uid_fields for name in (field, f"{field}.keyword")]
        body = {
            "size": 2 * _PAGE,
            "seq_no_primary_term": True,
            "_source": [*self._settings.uid_fields, "burl"],
            "query": {"bool": {"should": [{"terms": {name: list(uids)}} for name in names]}},
        }
        params = {"ignore_unavailable": "true", "allow_no_indices": "true"}
        hits: list[dict[str, Any]] = self._client.search(
            index=self._settings.index, body=body, params=params
        )["hits"]["hits"]
        return hits

    def _uid(self, hit: dict[str, Any]) -> str:
        return next(
            str(value)
            for name in self._settings.uid_fields
            if (value := _at(hit["_source"], name)) is not None
        )


def _marks(annotations: Sequence[Annotation]) -> Marks:
    marks: Marks = {}
    for annotation in annotations:
        uid = annotation.document.get("log.record.uid")
        if uid is not None:
            marks[uid] = _merged(
                marks.get(uid, {}),
                {
                    "grade": annotation.document["anomaly_grade"],
                    "ids": [annotation.id],
                    "template": annotation.document.get("log.record.template", ""),
                },
            )
    return marks


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Keep the highest grade and all ids: findings of one record may come one after the other, and again."""
    ids = sorted({*old.get("ids", []), *new["ids"]})
    return {**new, "grade": max(old.get("grade", 0.0), new["grade"]), "ids": ids}


def _update(hit: dict[str, Any], mark: dict[str, Any]) -> bytes:
    present = hit["_source"].get("burl", {}).get("anomaly", {})
    action = {
        "_index": hit["_index"],
        "_id": hit["_id"],
        "if_seq_no": hit["_seq_no"],
        "if_primary_term": hit["_primary_term"],
    }
    lines = ({"update": action}, {"doc": {"burl": {"anomaly": _merged(present, mark)}}})
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


def _pages(uids: Sequence[str]) -> list[Sequence[str]]:
    return [uids[start : start + _PAGE] for start in range(0, len(uids), _PAGE)]


def _at(source: Any, name: str) -> Any:
    """Return what stands at a dotted path, whether the document is nested or flat."""
    if not isinstance(source, dict):
        return None
    if name in source:
        return source[name]
    head, dot, rest = name.partition(".")
    return _at(source.get(head), rest) if dot else None
