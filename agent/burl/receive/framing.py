"""Protobuf's framing, read by hand: what is said of broken bytes is where they break."""

from collections.abc import Iterator

from burl.errors import Undecodable

_LENGTH_DELIMITED = 2
_FIXED_WIDTHS = {1: 8, 5: 4}
_MAX_VARINT_BITS = 63


def submessages(raw: bytes, position: int, end: int, wanted: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of every length-delimited field number `wanted` between `position` and `end`.

    Raises Undecodable where it is no serialised message.
    """
    wanted_tag = wanted << 3 | _LENGTH_DELIMITED
    while position < end:
        tag = raw[position]
        length = raw[position + 1] if position + 1 < end else 0
        if tag == wanted_tag and 0 < length < 0x80:  # one-byte varint, by far the most usual
            position += 2
        else:
            tag, position = varint(raw, position, end)
            length, position = _payload(raw, position, end, tag)
        if position + length > end:
            raise Undecodable(f"a field at byte {position} reaches past the end of its message")
        if tag == wanted_tag:
            yield position, position + length
        position += length


def _payload(raw: bytes, position: int, end: int, tag: int) -> tuple[int, int]:
    """Return length and start of the payload after `tag`."""
    wire_type = tag & 7
    if tag >> 3 == 0:
        raise Undecodable(f"field number 0 before byte {position}")
    if wire_type == _LENGTH_DELIMITED:
        return varint(raw, position, end)
    if wire_type == 0:
        return 0, varint(raw, position, end)[1]
    if wire_type not in _FIXED_WIDTHS:
        raise Undecodable(f"wire type {wire_type} before byte {position}")
    return _FIXED_WIDTHS[wire_type], position


def varint(raw: bytes, position: int, end: int) -> tuple[int, int]:
    """Return a base-128 number and the position after it. Raises Undecodable."""
    value = shift = 0
    while position < end and shift <= _MAX_VARINT_BITS:
        byte = raw[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # the continuation bit
            return value, position
        shift += 7
    raise Undecodable(f"a broken number at byte {position}")
