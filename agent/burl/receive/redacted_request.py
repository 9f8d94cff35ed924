"""Requests without what is personal, before they are journaled: so the journal, too, holds none of it."""

from collections.abc import Iterable
from functools import lru_cache

from google.protobuf.message import DecodeError

from burl.receive.bodies import BodyDecoder
from burl.receive.counters import ReceiveCounters
from burl.receive.encode import encode_attributes, encode_record, encode_request
from burl.receive.entries import record_entries, resource_entries
from burl.receive.redaction import make_redactor
from burl.receive.settings import ReceiveSettings
from burl.receive.severity import severity
from burl.receive.values import attributes, body_bytes
from burl.receive.wire import Piece, log_record, read_request

_CACHE_ENTRIES = 4096


class RequestRedactor:
    """Rewrites requests; of each record only what the rooms read is kept."""

    def __init__(self, settings: ReceiveSettings, counters: ReceiveCounters) -> None:
        self._redactor = make_redactor(settings)
        self._bodies = BodyDecoder(settings, counters, self._redactor)
        self._body_keys = settings.body_keys
        # the same pod says the same of itself with every record
        self._entry = lru_cache(_CACHE_ENTRIES)(self._redacted_entry)

    @property
    def wanted(self) -> bool:
        """True when there is anything to replace."""
        return self._redactor is not None

    def redacted(self, raw: bytes) -> bytes:
        """Return a serialised ExportLogsServiceRequest without what is personal.

        A map as body becomes its text, and its entries attributes. What cannot be parsed stays as it is: it
        is only ever a dead letter.

        Raises:
            Undecodable: `raw` is no request.
        """
        return encode_request(map(self._piece, read_request(raw)))

    def _piece(self, piece: Piece) -> tuple[list[bytes], list[bytes]]:
        records = [self._record(raw) for raw in piece.records()]
        return self._entries(resource_entries(piece.resource)), records

    def _record(self, raw: bytes) -> bytes:
        try:
            record = log_record(raw)
        except DecodeError:
            return raw
        return encode_record(
            record,
            severity=severity(record.severity_number, record.severity_text),
            body=self._bodies.text(body_bytes(record.body, self._body_keys)),
            attributes=self._entries(record_entries(record)),
        )

    def _entries(self, entries: Iterable[bytes]) -> list[bytes]:
        return [kept for raw in entries for kept in self._entry(raw)]

    def _redacted_entry(self, raw: bytes) -> list[bytes]:
        """Return a serialised KeyValue redacted; none when it is damaged."""
        found = attributes([raw])
        redacted = self._redactor.value(found) if self._redactor else found
        return [raw] if redacted == found and found else encode_attributes(redacted)
