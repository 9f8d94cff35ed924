"""AnyValues as Python values and as text."""

import base64
from collections.abc import Iterable
from typing import Any

import orjson
from google.protobuf.message import DecodeError

from burl.receive.wire import AnyValue, any_value, array_values, key_value, key_values

MAX_DEPTH = 64
"""Deeper nesting is left out: senders choose it, Python's stack and OpenSearch bound it."""

_METADATA_KEYS = {"kubernetes"}


def text(raw: bytes) -> str:
    """Return `raw` as text, invalid UTF-8 replaced."""
    return raw.decode("utf-8", "replace")


def python_value(value: AnyValue, depth: int = 0) -> Any:
    """Return a JSON-able value: maps as dict, unset as None, bytes as base64 (as OTLP/JSON has it).

    Raises:
        DecodeError: a container inside it is damaged.
    """
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return text(value.string_value)
    if kind == "bytes_value":
        return base64.b64encode(value.bytes_value).decode("ascii")
    if kind in {"kvlist_value", "array_value"}:
        return _container(value, kind, depth + 1)
    return getattr(value, kind) if kind else None


def _container(value: AnyValue, kind: str | None, depth: int) -> Any:
    if depth > MAX_DEPTH:
        return None
    if kind == "array_value":
        return [python_value(item, depth) for item in array_values(value.array_value)]
    pairs = map(key_value, key_values(value.kvlist_value))
    return {text(pair.key): python_value(pair.value, depth) for pair in pairs}


def attributes(raws: Iterable[bytes]) -> dict[str, Any]:
    """Decode serialised KeyValues; a damaged one is left out."""
    result: dict[str, Any] = {}
    for raw in raws:
        try:
            pair = key_value(raw)
            result[text(pair.key)] = python_value(pair.value)
        except DecodeError:
            continue
    return result


def flatten(values: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Return scalars by dotted path, as text; lists and nulls are left out."""
    flat: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat |= flatten(value, f"{prefix}{key}.")
        elif isinstance(value, str | int | float):
            flat[prefix + key] = str(value)
    return flat


def body_bytes(raw: bytes, body_keys: Iterable[str]) -> bytes:
    """Return the text of a serialised AnyValue as UTF-8.

    That is a string or bytes as they are, the text inside a map, nothing for no value, else compact JSON; of
    a damaged value the bytes themselves, so that it is still seen.
    """
    try:
        value = any_value(raw)
        kind = value.WhichOneof("value")
        if kind == "string_value":
            return value.string_value
        if kind == "bytes_value":
            return value.bytes_value
        return _render(python_value(value), body_keys) if kind else b""
    except DecodeError:
        return raw


def _render(content: Any, body_keys: Iterable[str]) -> bytes:
    if isinstance(content, dict):
        found = next((content[key] for key in body_keys if content.get(key) is not None), None)
        if found is None:
            found = {key: value for key, value in content.items() if key not in _METADATA_KEYS}
        content = found
    if isinstance(content, str):
        return content.encode()
    # Sorted, so that equal maps give equal lines and thereby equal templates.
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
