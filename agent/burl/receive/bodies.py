"""Bodies as text of bounded length."""

from contextlib import suppress

import numpy as np

from burl.receive.counters import ReceiveCounters
from burl.receive.records import Records
from burl.receive.redaction import Redactor
from burl.receive.settings import ReceiveSettings
from burl.receive.stream_table import Ints
from burl.receive.values import body_bytes
from burl.receive.walk import Spans, every

_RETURN, _LINE_FEED = _LINE_ENDS = b"\r\n"
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

    def texts(self, records: Records, rows: Ints) -> list[str]:
        """Return the texts of the bodies of the records at `rows`."""
        starts, ends = (column[rows] for column in _strings(records))
        text, places = records.text, zip(starts.tolist(), ends.tolist(), strict=True)
        if self._redact is None and every((starts >= 0) & (ends - starts <= self._limit)):
            with suppress(UnicodeDecodeError):  # then one by one, to count and replace what is invalid
                return [text[start:end].decode() for start, end in places]
            places = zip(starts.tolist(), ends.tolist(), strict=True)
        return [
            self.text(text[start:end] if start >= 0 else body_bytes(records.body(row), self._keys))
            for row, (start, end) in zip(rows.tolist(), places, strict=True)
        ]

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


def _strings(records: Records) -> Spans:
    """Return where the texts of bodies stand, without the line ends behind them; -1 for what is no string."""
    starts, ends = records.strings[0], records.strings[1].copy()  # they may be those of the bodies, too
    last = records.content[ends - 1]
    for row in np.flatnonzero(
        ((last == _LINE_FEED) | (last == _RETURN)) & (ends > starts) & (starts >= 0)
    ).tolist():
        kept = records.text[starts[row] : ends[row]].rstrip(_LINE_ENDS)
        ends[row] = starts[row] + len(kept)
    return Spans(starts, ends)
