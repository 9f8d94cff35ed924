"""Packed requests, unpacked in bounded steps.

gRPC's own decompression looks at the size only when everything is unpacked: 64 MiB of gzip are 64 GiB by
then. So both doors are given what came over the wire, and unpack it here.
"""

import asyncio
import zlib

from burl.errors import TooLarge, Undecodable
from burl.receive.admission import Lease

_GZIP = b"\x1f\x8b"
_STEP_BYTES = 1024 * 1024
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_ZLIB_HEADS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")


def is_packed(raw: bytes) -> bool:
    """Return True for gzip and zlib ("deflate").

    No OTLP request begins like that: 0x1f would be a field of wire type 7, which there is not, and 0x78 a
    fifteenth field.
    """
    return raw.startswith((_GZIP, *_ZLIB_HEADS))


async def unpacked(raw: bytes, lease: Lease, limit_bytes: int) -> bytes:
    """Return `raw` unpacked; `lease` grows with it, step by step.

    Raises:
        TooLarge: it is more than `limit_bytes`; no more than that has been unpacked.
        Undecodable: it is damaged.
        Refused: there is no room for it.
    """
    stream = zlib.decompressobj(_GZIP_OR_ZLIB)
    pieces: list[bytes] = []
    total = 0
    rest = raw
    while not stream.eof:
        piece = await _step(stream, rest, first=not pieces)
        rest = stream.unconsumed_tail
        total += len(piece)
        if total > limit_bytes:
            raise TooLarge(f"more than {limit_bytes} bytes when unpacked")
        if not piece and not stream.eof:
            raise Undecodable("the gzip stream is cut short")
        lease.grow(len(piece))
        pieces.append(piece)
    if stream.unused_data:
        raise Undecodable("something follows the gzip stream")
    lease.shrink(len(raw))
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def _step(stream: "zlib._Decompress", rest: bytes, *, first: bool) -> bytes:
    """Unpack up to a MiB; all but the first on another thread, since zlib lets go of the GIL."""
    try:
        if first:
            return stream.decompress(rest, _STEP_BYTES)
        return await asyncio.to_thread(stream.decompress, rest, _STEP_BYTES)
    except zlib.error as error:
        raise Undecodable(f"damaged gzip: {error}") from None
