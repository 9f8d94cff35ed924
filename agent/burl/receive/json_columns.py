"""Attributes -> JSON where all records have the same keys, as those have that Fluent Bit sends: by columns.

Most attributes of a pod's records are the same bytes, and each distinct one is decoded once. Record by record
it took more than twice as long.
"""

from collections.abc import Sequence

import numpy as np

from burl.json_strings import json_strings, nested
from burl.receive.json_pairs import KEY_TAG, STRING_TAG, VALUE_TAG, decoded
from burl.receive.plain_walk import Fields
from burl.receive.records import Records
from burl.receive.stream_table import Ints
from burl.receive.values import text
from burl.receive.walk import Spans, delimited, every

_BYTE = 8
_ONE_BYTE = 0x80
"""Lengths below this take a varint of one byte."""


def json_columns(records: Records) -> list[list[bytes]] | None:
    """Return of each attribute what it says in each record: `"key":value`, as it stands inside a JSON string.

    None where records differ in their keys or the order of these, or something is damaged.
    """
    parts, rest = records.by_key
    if rest is not None or records.map_rows or not all(_is_whole(records, *part) for part in parts):
        return None
    columns = {head: _column(records, head, fields) for head, fields in parts}
    whole = [column for column in columns.values() if column is not None]
    return whole if len(whole) == len(parts) else None


def _is_whole(records: Records, head: bytes, fields: Fields) -> bool:
    """Return whether each record has at one place the attribute that begins with `head`."""
    is_key = head[0] == KEY_TAG and head[1] < _ONE_BYTE
    holds_key = every(fields.ends - fields.starts >= len(head))
    return is_key and holds_key and np.array_equal(fields.rows, np.arange(len(records)))


def _column(records: Records, head: bytes, fields: Fields) -> list[bytes] | None:
    """Return a column of `json_columns`; None where an attribute is damaged."""
    texts = _texts(records, fields.starts + len(head), fields.ends)
    starts, ends = (fields.starts, fields.ends) if texts is None else texts
    raws = [records.text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    distinct = list(dict.fromkeys(raws))
    values = _values(distinct, head[2:]) if texts is None else nested(list(map(text, distinct)))
    if values is None:
        return None
    key = nested([text(head[2:])])[0] + b":"
    said = {raw: key + value for raw, value in zip(distinct, values, strict=True)}
    return list(map(said.__getitem__, raws))


def _texts(records: Records, at: Ints, stops: Ints) -> Spans | None:
    """Return where the texts stand of the values from `at` to `stops`; None where one is no string."""
    values, value_ends = delimited(records.words[at] >> _BYTE, at + 1)
    values = np.minimum(values, stops)  # a broken length leads far away
    starts, ends = delimited(records.words[values] >> _BYTE, values + 1)
    is_string = (records.content[at] == VALUE_TAG) & (records.content[values] == STRING_TAG)
    return Spans(starts, ends) if every(is_string & (value_ends == stops) & (ends == stops)) else None


def _values(raws: Sequence[bytes], key: bytes) -> list[bytes] | None:
    """Return the JSON of the values of attributes; None where one is damaged, or says another key later."""
    pairs = list(map(decoded, raws))
    said = [pair[1] for pair in pairs if pair is not None and pair[0] == key]
    return [string[1:-1] for string in json_strings(said)] if len(said) == len(raws) else None
