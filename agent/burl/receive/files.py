"""Files and stdin -> batches, through the same columns as what comes over gRPC."""

import heapq
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from burl.clock import Clock
from burl.errors import InputError
from burl.receive.batch import Batch, Origin, StreamTable
from burl.receive.bodies import BodyDecoder
from burl.receive.counters import ReceiveCounters
from burl.receive.event_logs import has_event_columns
from burl.receive.file_records import FileRecord, Reader, first_line, is_cri, read_cri, read_jsonl, read_text
from burl.receive.identity import file_stem, identify
from burl.receive.otlp import MAX_RECORDS
from burl.receive.pacing import Paced
from burl.receive.raw_lines import STDIN, file_name, opened
from burl.receive.redaction import Redactor, make_redactor
from burl.receive.sequences import COLUMNS
from burl.receive.settings import ReceiveSettings
from burl.receive.times import YEAR_2000_NS

FileFormat = Literal["auto", "cri", "text", "jsonl", "sequences"]
SENDER = "files"
"""All files are merged in order of time, so one watermark serves them."""

_SUFFIXES = (".log", ".txt", "lines.jsonl")
_READERS: Mapping[str, Reader] = {"cri": read_cri, "text": read_text, "jsonl": read_jsonl}
_MAX_HEAD = 1000
_PAUSE_SECONDS = 0.5
"""Without a line from stdin for so long, what is there is given out."""


class _Source(NamedTuple):
    """What names the stream of a record."""

    path: Path
    stream: str
    container: str


class _Placed(NamedTuple):
    """A record with its event time, its file and what names its stream."""

    time_ns: int
    timed: bool
    file: str
    source: "_Source"
    record: FileRecord


@dataclass(slots=True)
class FileOrigin(Origin):
    """Where records of files came from."""

    placed: Sequence[_Placed]
    redactor: Redactor | None = None

    def uid(self, index: int) -> str:
        """Return `file@offset@time`, as the recommended Fluent Bit configuration makes it."""
        _, _, file, _, record = self.placed[index]
        return f"{file}@{record.offset}@{record.said}"

    def attributes(self, index: int) -> dict[str, Any]:
        """Return file, line, offset, and what a labelled line says beside its text."""
        _, _, file, _, record = self.placed[index]
        place = {"log.file.name": file, "log.file.line": record.line, "log.file.offset": record.offset}
        said = self.redactor.value(record.attributes) if self.redactor else record.attributes
        return {**said, **place}

    def trace_id(self, index: int) -> str:
        """Return what a labelled line has as `trace_id`, or an empty string."""
        return str(self.placed[index].record.attributes.get("trace_id", ""))

    def span_id(self, index: int) -> str:
        """Return what a labelled line has as `span_id`, or an empty string."""
        return str(self.placed[index].record.attributes.get("span_id", ""))


_END_NS = 2**63
"""Times are 64 bits of nanoseconds: what a line says beyond the year 2262 is no time."""


class FileReader:
    """Reads files into batches."""

    def __init__(
        self,
        settings: ReceiveSettings,
        streams: StreamTable,
        clock: Clock,
        counters: ReceiveCounters | None = None,
    ) -> None:
        self.counters = counters or ReceiveCounters()
        self._settings = settings
        self._streams = streams
        self._clock = clock
        self._redactor = make_redactor(settings)
        self._bodies = BodyDecoder(settings, self.counters, self._redactor)
        self._found: dict[_Source, int] = {}

    def read(self, paths: Iterable[Path], file_format: FileFormat = "auto") -> Iterator[Batch]:
        """Return the records of files, of all files in folders, or of stdin (`-`), in order of time.

        Each file keeps its own order. Nothing is read before the first batch is asked for, and never more
        than a line of each file and a few batches are held. What stdin brings is not kept waiting: when it
        pauses, what is there is given out.

        Raises:
            InputError: something cannot be read as `file_format`; also while batches are taken.
        """
        files = [file for path in paths for file in _files(path)]
        arrival_ns = self._clock.time_ns()
        sources = [self._placed(file, file_format, arrival_ns) for file in files]
        merged = heapq.merge(*sources, key=itemgetter(0))
        slices = Paced(merged, MAX_RECORDS, _PAUSE_SECONDS) if STDIN in files else _slices(merged)
        for slice_ in slices:
            yield self._batch(slice_, arrival_ns)

    def _batch(self, placed: list[_Placed], arrival_ns: int) -> Batch:
        timed = np.array([one.timed for one in placed], dtype=np.bool_)
        self.counters.accepted_records += len(placed)
        self.counters.untimed += len(placed) - int(np.count_nonzero(timed))
        return Batch(
            bodies=[self._bodies.text(one.record.body) for one in placed],
            times_ns=np.array([one.time_ns for one in placed], dtype=np.int64),
            timed=timed,
            streams=np.array([self._stream(one.source) for one in placed], dtype=np.int64),
            severities=np.zeros(len(placed), dtype=np.int64),
            sender=SENDER,
            arrival_ns=arrival_ns,
            origin=FileOrigin(placed, self._redactor),
        )

    def _placed(self, path: Path, file_format: FileFormat, arrival_ns: int) -> Iterator[_Placed]:
        name = file_name(path)
        with opened(path) as file:
            reader = _READERS[_checked_format(file, file_format)]
            records = reader(file, self._settings.record_max_bytes)
            for time_ns, timed, record in _with_times(records, arrival_ns):
                attributes = record.attributes
                source = _Source(path, attributes.get("stream", ""), attributes.get("container", ""))
                yield _Placed(time_ns, timed, name, source, record)

    def _stream(self, source: _Source) -> int:
        """Return the stream's index; asked for by the thread that owns the table."""
        index = self._found.get(source)
        if index is None:
            index = self._found[source] = self._add_stream(*source)
        return index

    def _add_stream(self, path: Path, stream: str, container: str) -> int:
        attributes = {"log.file.name": file_name(path)}
        if path != STDIN:
            attributes["log.file.path"] = str(path)
        if stream and container:
            attributes = {"k8s.pod.name": stream, "k8s.container.name": container}
        elif stream:
            attributes = {"service.instance.id": stream, "service.name": file_stem(file_name(path))}
        return self._streams.add(identify(attributes, SENDER, self._settings.identity))


def _slices(records: Iterator[_Placed]) -> Iterator[list[_Placed]]:
    while slice_ := list(islice(records, MAX_RECORDS)):
        yield slice_


def _with_times(records: Iterator[FileRecord], arrival_ns: int) -> Iterator[tuple[int, bool, FileRecord]]:
    """Give records without a time that of the one before, the first that of the next, else the arrival."""
    head: list[FileRecord] = []
    before: int | None = None
    for record in records:
        timed = record.time_ns is not None and YEAR_2000_NS <= record.time_ns < _END_NS
        if before is None and not timed and len(head) < _MAX_HEAD:
            head.append(record)
            continue
        time_ns = record.time_ns if timed else before
        before = arrival_ns if time_ns is None else time_ns
        yield from ((before, False, early) for early in head)
        head.clear()
        yield before, timed, record
    yield from ((arrival_ns, False, early) for early in head)


def _files(path: Path) -> list[Path]:
    if path == STDIN or not path.is_dir():
        return [path]
    found = sorted(
        file
        for file in path.rglob("*")
        if file.is_file() and file.name.removesuffix(".gz").endswith(_SUFFIXES)
    )
    if not found:
        raise InputError(f"{path}: no file named *.log, *.txt or lines.jsonl in this folder (or with .gz)")
    return found


def _checked_format(file: io.BufferedReader, wanted: FileFormat) -> str:
    """Return the format of `file`. Raises InputError when it is not what is wanted."""
    found = _format_of(file)
    if found == "sequences" or wanted == "sequences":
        raise InputError("sequences of events hold no log lines; only training reads them")
    if wanted in {"cri", "jsonl"} and found not in {wanted, "empty"}:
        raise InputError(f"its first line is not of the form {wanted}")
    if wanted != "auto":
        return wanted
    return "text" if found == "empty" else found


def detect_format(path: Path) -> str:
    """Return `cri`, `jsonl`, `sequences`, `text` or `empty`. Raises InputError when it cannot be read."""
    with opened(path) as file:
        return _format_of(file)


def _format_of(file: io.BufferedReader) -> str:
    line = first_line(file.peek().splitlines())
    if not line:
        return "empty"
    if is_cri(line):
        return "cri"
    if line == ",".join(COLUMNS).encode() or has_event_columns(line.decode(errors="replace")):
        return "sequences"
    return "jsonl" if line.startswith(b"{") and b'"msg":' in line else "text"
