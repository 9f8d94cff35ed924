"""Bodies as text of bounded length."""

from collections.abc import Sequence
from contextlib import suppress

from burl.receive.counters import ReceiveCounters
from burl.receive.redaction import Redactor
from burl.receive.settings import ReceiveSettings
from burl.receive.values import body_bytes

_STRING_TAG = 1 << 3 | 2
"""How a serialised AnyValue starts that holds a `string_value`."""
_LINE_ENDS = b"\r\n"
_MARGIN_BYTES = 1024
"""Read beyond the limit before it is cut, so that what is personal is not cut and so overlooked."""


class BodyDecoder:
    """Bytes -> text: line end removed, invalid UTF-8 replaced and counted, redacted, length bounded."""

    def __init__(
        self, settings: ReceiveSettings, counters: ReceiveCounters, redactor: Redactor | None
    ) -> None:
        self._limit = settings.record_max_bytes
        self._keys = settings.body_keys
        self._counters = counters
        self._redact = redactor.text if redactor else None

    def texts(self, values: Sequence[bytes]) -> list[str]:
        """Return the text of each serialised AnyValue."""
        contents = [string_of(raw) or body_bytes(raw, self._keys) for raw in values]
        if self._redact is None and max(map(len, contents), default=0) <= self._limit:
            with suppress(UnicodeDecodeError):  # then one by one, to count and replace what is invalid
                return [content.rstrip(_LINE_ENDS).decode() for content in contents]
        return [self.text(content) for content in contents]

    def text(self, raw: bytes) -> str:
        """Return `raw` as text; Fluent Bit ends joined lines with a line feed, files do not."""
        raw = raw.rstrip(_LINE_ENDS)
        if len(raw) > self._limit:
            return self._cut(raw)
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            self._counters.invalid_utf8 += 1
            text = raw.decode("utf-8", "replace")
        return self._redact(text) if self._redact else text

    def _cut(self, raw: bytes) -> str:
        self._counters.truncated += 1
        size = len(raw)
        if self._redact:
            raw = self._redact(raw[: self._limit + _MARGIN_BYTES].decode("utf-8", "replace")).encode()
        mark = f" [cut: {size} bytes]"  # within the limit: what is cut once is not cut again
        return raw[: self._limit - len(mark)].decode("utf-8", "replace").rstrip("\ufffd") + mark


def string_of(raw: bytes) -> bytes:
    """Return the string of a serialised AnyValue that holds nothing else, else nothing.

    By hand, because nearly all bodies are strings of less than 16 KiB: a third of what a parse costs.
    """
    size = len(raw)
    if size < 2 or raw[0] != _STRING_TAG:  # noqa: PLR2004 - tag and length
        return b""
    length = raw[1]
    if length < 0x80:  # noqa: PLR2004 - a varint of one byte
        return raw[2:] if length == size - 2 else b""
    long = (length & 0x7F) | raw[2] << 7 if size > 2 else 0  # noqa: PLR2004 - a varint of two bytes
    return raw[3:] if raw[2:3] < b"\x80" and long == size - 3 else b""
