"""Serialised KeyValues -> JSON: most records of a batch say the same of themselves."""

from collections.abc import Sequence

import orjson
from google.protobuf.message import DecodeError

from burl.receive.values import python_value, text
from burl.receive.wire import key_value

_Pair = tuple[str, str]


class JsonPairs(dict[bytes, _Pair | None]):
    """The key and the JSON of each serialised KeyValue, None for a damaged one; kept for one batch."""

    def __missing__(self, raw: bytes) -> _Pair | None:
        """Decode an entry that was not asked for before."""
        pair = self[raw] = _decoded(raw)
        return pair

    def text(self, entries: Sequence[bytes]) -> str:
        """Return the JSON object of all `entries`; of two with one key the later wins."""
        values = dict(filter(None, map(self.__getitem__, entries)))
        return f"{{{','.join(values.values())}}}"


def _decoded(raw: bytes) -> _Pair | None:
    """Return the key, and `"key":value`."""
    try:
        pair = key_value(raw)
        key, value = text(pair.key), python_value(pair.value)
    except DecodeError:
        return None
    return key, orjson.dumps({key: value}, default=str)[1:-1].decode()
