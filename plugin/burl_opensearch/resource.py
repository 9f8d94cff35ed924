"""One thing to be installed: how to look at it, put it there and take it away."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError

Kind = Literal[
    "component template",
    "index template",
    "index",
    "retention policy",
    "role",
    "notification channel",
    "monitor",
    "dashboard",
]
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing to be installed.

    Attributes:
        meta: its stamp.
        find: returns the stamp that it was installed with; None where it is not there.
        apply: puts it there, or anew.
        remove: takes it away.
    """

    kind: Kind
    name: str
    meta: Body
    find: Callable[[], Body | None]
    apply: Callable[[], object]
    remove: Callable[[], object]


def ask(
    client: OpenSearch, method: str, path: str, body: Body | None = None, params: Body | None = None
) -> Body:
    """Send a request for which the client has no method; return the answer. Raises NotFoundError."""
    answer: Body = client.transport.perform_request(method, path, params=params, body=body)
    return answer


def absent_is_none(find: Callable[[], Body | None]) -> Callable[[], Body | None]:
    """Return `find`, with None where the cluster says that there is no such thing."""

    def found() -> Body | None:
        try:
            return find()
        except NotFoundError:
            return None

    return found
