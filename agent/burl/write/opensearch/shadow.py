"""Writes what a challenger found: upserts by id, of which nothing depends on."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import orjson
from opensearchpy import OpenSearch

from burl.decide.times import from_rfc3339
from burl.errors import Retryable
from burl.write.names import IndexNames
from burl.write.opensearch.bulk import ANSWER_FILTER, all_stored, outcomes


def put_shadow(client: OpenSearch, names: IndexNames, documents: Sequence[dict[str, Any]]) -> None:
    """Store `documents`, at least one, each in place of the one with its `id`.

    Raises:
        Retryable: not all are stored; storing all again is safe.
    """
    lines = chain.from_iterable((_action(names, document), document) for document in documents)
    body = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    answer = client.bulk(body=body, params={"filter_path": ANSWER_FILTER})
    if not all_stored(answer, len(documents)):
        reason = next((one.reason for one in outcomes(answer, len(documents)) if one.error_type), "")
        raise Retryable(f"not all of what the challenger found is stored: {reason or 'no reason given'}")


def _action(names: IndexNames, document: dict[str, Any]) -> dict[str, Any]:
    index = names.dated("shadow", from_rfc3339(document["@timestamp"]))
    return {"index": {"_index": index, "_id": document["id"]}}
