"""Attributes -> JSON where all records have the same keys, as those have that Fluent Bit sends: by columns.

Most attributes of a pod's records are the same bytes, and each distinct one is decoded once. Record by record
it took more than twice as long.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from burl.json_strings import json_strings, nested
from burl.receive.json_pairs import KEY_TAG, STRING_TAG, VALUE_TAG, decoded
from burl.receive.plain_walk import Fields
from burl.receive.records import Records
from burl.receive.stream_table import Ints
from burl.receive.values import text
from burl.receive.walk import Spans, delimited, every

_BYTE, _WORD = 8, 8
_MORE, _SEVEN_BITS = int.from_bytes(b"\x80" * 7, "little"), 0x7F
"""Of a varint's bytes, seven at most, the bits that say that another one follows; and those that count."""
_NUMBER_TAG = 3 << 3
"""How a serialised AnyValue starts that holds an integer."""
_ONE_BYTE = 0x80
"""Lengths below this take a varint of one byte."""


def json_columns(records: Records) -> list[list[bytes]] | None:
    """Return of each attribute what it says in each record: `"key":value`, as it stands inside a JSON string.

    None where records differ in their keys or the order of these, or something is damaged.
    """
    parts, rest = records.by_key
    if rest is not None or records.map_rows or not all(_is_whole(records, *part) for part in parts):
        return None
    if not all(every(first.starts < second.starts) for (_, first), (_, second) in pairwise(parts)):
        return None  # few records' attributes are cut by key wherever they stand
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
    key, at = nested([text(head[2:])])[0] + b":", fields.starts + len(head)
    if (numbers := _numbers(records, at, fields.ends)) is not None:
        return [b"%b%d" % (key, number) for number in numbers]
    texts = _texts(records, at, fields.ends)
    starts, ends = (fields.starts, fields.ends) if texts is None else texts
    raws = [records.text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    distinct = list(dict.fromkeys(raws))
    values = _values(distinct, head[2:]) if texts is None else nested(list(map(text, distinct)))
    if values is None:
        return None
    said = {raw: key + value for raw, value in zip(distinct, values, strict=True)}
    return list(map(said.__getitem__, raws))


def _numbers(records: Records, at: Ints, stops: Ints) -> list[int] | None:
    """Return the numbers that the values from `at` to `stops` are; None where one is none, or is long."""
    values, value_ends = delimited(records.words[at] >> _BYTE, at + 1)
    starts = np.minimum(values, stops) + 1
    sizes = stops - starts
    is_short = (value_ends == stops) & (sizes > 0) & (sizes < _WORD)
    if not every(
        is_short & (records.content[at] == VALUE_TAG) & (records.content[starts - 1] == _NUMBER_TAG)
    ):
        return None
    groups = records.words[starts] & (1 << _BYTE * sizes) - 1
    if not every(groups & _MORE == (1 << _BYTE * (sizes - 1)) - 1 & _MORE):
        return None
    bits = [(groups >> _BYTE * place & _SEVEN_BITS) << 7 * place for place in range(_WORD)]
    numbers: list[int] = np.sum(bits, axis=0).tolist()
    return numbers


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
