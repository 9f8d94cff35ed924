"""How we know our own things again in a cluster: a stamp with the version of the schema and a digest."""

import hashlib
import re
from typing import Any, Literal

import orjson

from burl import __version__
from burl.decide.annotation import SCHEMA_VERSION
from burl.errors import ConfigError

State = Literal["missing", "outdated", "current", "skipped"]
"""`skipped`: the cluster lacks the plugin that it needs."""

_IN_TEXT = re.compile(r"\[burl schema (\d+) digest ([0-9a-f]{16})\]")


def stamp(body: Any) -> dict[str, Any]:
    """Return the `_meta` of `body`. OpenSearch returns bodies in another form than it took: it compares."""
    digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    return {"product": "burl", "version": __version__, "schema_version": SCHEMA_VERSION, "digest": digest}


def as_text(meta: dict[str, Any]) -> str:
    """Return a stamp for what has a description and no `_meta`."""
    return f"[burl schema {meta['schema_version']} digest {meta['digest']}]"


def from_text(description: str) -> dict[str, Any]:
    """Return the stamp in a description, an empty one where there is none."""
    match = _IN_TEXT.search(description)
    return {"schema_version": int(match[1]), "digest": match[2]} if match else {}


def compare(name: str, found: dict[str, Any] | None, wanted: dict[str, Any]) -> State:
    """Return how something with the stamp `found` stands; None where it is not there.

    Raises:
        ConfigError: it was installed by a newer version of Burl.
    """
    if found is None:
        return "missing"
    version = found.get("schema_version", 0)
    if version > SCHEMA_VERSION:
        raise ConfigError(
            f"{name} has schema version {version}, this version of Burl knows {SCHEMA_VERSION}:"
            " upgrade burl-agent"
        )
    return "current" if found.get("digest") == wanted["digest"] else "outdated"
