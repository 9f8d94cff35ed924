"""Serialised LogRecords as columns: no object for any of them, and nothing decoded that nobody asks for."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from burl.receive.by_key import Part, by_key
from burl.receive.entries import body_entries
from burl.receive.plain_walk import Fields
from burl.receive.stream_table import Ints
from burl.receive.walk import Spans, Walk, delimited, every, in_order
from burl.receive.wire import canonical_record

_TIME, _OBSERVED, _SEVERITY, _SEVERITY_TEXT = 0x09, 0x59, 0x10, 0x1A
_BODY, _ATTRIBUTE, _TRACE_ID, _SPAN_ID = 0x2A, 0x32, 0x4A, 0x52
_DROPPED_ATTRIBUTES, _FLAGS, _EVENT_NAME = 0x38, 0x45, 0x62
"""Tags of a LogRecord's fields: number << 3 | wire type."""
_SIZES = {_TIME: 8, _OBSERVED: 8, _FLAGS: 4, _SEVERITY: 1, _DROPPED_ATTRIBUTES: 1} | dict.fromkeys(
    (_SEVERITY_TEXT, _BODY, _ATTRIBUTE, _TRACE_ID, _SPAN_ID, _EVENT_NAME), 0
)
_BYTE = 8
_STRING_TAG, _MAP_TAG = 1 << 3 | 2, 6 << 3 | 2
"""How a serialised AnyValue starts that holds a string, or a map."""

Times = npt.NDArray[np.uint64]


class Records:
    """Records as columns of equal length.

    Attributes:
        damaged: the bytes of what was no LogRecord; not among the columns.
        sound: the places of the records among what was given.
        text: all records, joined: what spans are stretches of.
        content: `text` as an array of bytes.
        words: see `burl.receive.walk.words`.
        bodies: where the serialised AnyValues stand.
        said: `time_unix_nano`, 0 where there is none.
        strings: where the texts are of bodies that are strings and nothing else; others start at -1.
        map_rows: the records whose body is a map, the entries of which count as attributes.
        attributes: where the serialised KeyValues of all records stand, in no order.
    """

    def __init__(self, raws: Sequence[bytes]) -> None:
        """Read serialised LogRecords; what numpy cannot read, protobuf reads."""
        self.damaged: list[bytes] = []
        self.sound: Sequence[int] = range(len(raws))
        walk = Walk(raws, _SIZES)
        if not every(~walk.odd):
            walk = Walk(self._mended(raws, walk.odd.tolist()), _SIZES)
        self._walk = walk
        self.text, self.content, self.words = walk.text, walk.content, walk.words
        self.said = self._fixed64(_TIME)
        self.attributes = walk.found(_ATTRIBUTE)
        self.bodies = walk.spans(_BODY)
        self.strings, self.map_rows = self._strings()

    def _strings(self) -> tuple[Spans, list[int]]:
        """Return where the texts are of bodies that are strings, see `strings`; which bodies are maps."""
        begins, stops = self.bodies
        heads = self.words[begins]
        starts, ends = delimited(heads >> _BYTE, begins + 1)
        kinds = heads.astype(np.uint8)
        whole = (kinds == _STRING_TAG) & (ends == stops)
        if every(whole):
            return Spans(starts, ends), []
        is_map = (kinds == _MAP_TAG) & (stops > begins)
        return Spans(np.where(whole & (stops > begins), starts, -1), stops), np.flatnonzero(is_map).tolist()

    def _mended(self, raws: Sequence[bytes], odd: Sequence[bool]) -> list[bytes]:
        """Return the records, odd ones as numpy can read them, without the damaged."""
        mended = [canonical_record(raw) if is_odd else raw for raw, is_odd in zip(raws, odd, strict=True)]
        self.damaged = [raw for raw, record in zip(raws, mended, strict=True) if record is None]
        self.sound = [place for place, record in enumerate(mended) if record is not None]
        return [record for record in mended if record is not None]

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._walk.odd)

    @cached_property
    def observed(self) -> Times:
        """`observed_time_unix_nano`, 0 where there is none."""
        return self._fixed64(_OBSERVED)

    @property
    def has_severities(self) -> bool:
        """False when no record says one, neither by number nor by text."""
        return self._walk.has(_SEVERITY) or self._walk.has(_SEVERITY_TEXT)

    @property
    def has_traces(self) -> bool:
        """False when no record names a trace or a span."""
        return self._walk.has(_TRACE_ID) or self._walk.has(_SPAN_ID)

    @cached_property
    def severity_numbers(self) -> Ints:
        """Severity numbers as they came, 0 where there is none."""
        starts, ends = self._walk.spans(_SEVERITY)
        return np.where(ends > 0, self.content[starts], 0).astype(np.int64)

    @cached_property
    def severity_texts(self) -> Spans:
        """Where the texts of severities stand."""
        return self._walk.spans(_SEVERITY_TEXT)

    def body(self, index: int) -> bytes:
        """Return a record's serialised AnyValue."""
        return self.text[self.bodies.starts[index] : self.bodies.ends[index]]

    def entries(self, index: int) -> list[bytes]:
        """Return the serialised KeyValues of a record; a map body's count as attributes."""
        text, (bounds, starts, ends) = self.text, self._attributes
        own = [text[starts[at] : ends[at]] for at in range(bounds[index], bounds[index + 1])]
        return [*own, *body_entries(self.body(index))] if index in self._maps else own

    @cached_property
    def _maps(self) -> frozenset[int]:
        return frozenset(self.map_rows)

    @cached_property
    def by_key(self) -> tuple[list[Part], Fields | None]:
        """`attributes`, cut into those that begin with the same key, and the rest where keys are many."""
        cut = [by_key(self.text, self.words, column) for column in self.attributes]
        rests = [rest for _, rest in cut if len(rest.rows)]
        rest = Fields(*map(np.concatenate, zip(*rests, strict=True))) if rests else None
        return [part for parts, _ in cut for part in parts], rest

    @cached_property
    def _attributes(self) -> tuple[list[int], list[int], list[int]]:
        """Where those of each record begin among all attributes; where each attribute starts and ends."""
        found = in_order(self.attributes)
        bounds = found.rows.searchsorted(np.arange(len(self) + 1))
        return bounds.tolist(), found.starts.tolist(), found.ends.tolist()

    @cached_property
    def trace_ids(self) -> list[str]:
        """Trace ids in lower-case hex, or empty."""
        return self._hex(_TRACE_ID)

    @cached_property
    def span_ids(self) -> list[str]:
        """Span ids in lower-case hex, or empty."""
        return self._hex(_SPAN_ID)

    def _hex(self, tag: int) -> list[str]:
        found = [""] * len(self)
        if not self._walk.has(tag):
            return found
        starts, ends = self._walk.spans(tag)
        for row in np.flatnonzero(ends > starts).tolist():
            raw = self.text[starts[row] : ends[row]]
            found[row] = raw.hex() if any(raw) else ""
        return found

    def _fixed64(self, tag: int) -> Times:
        starts, ends = self._walk.spans(tag)
        return (self.words[starts] * (ends > 0)).view(np.uint64)
