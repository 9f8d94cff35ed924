"""Inputs of a command: files and folders, or a source in OpenSearch."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from burl.clock import Clock
from burl.errors import InputError
from burl.receive.batch import Batch, StreamTable
from burl.receive.files import FileFormat, FileReader
from burl.receive.settings import ReceiveSettings
from burl.write.settings import OpenSearchSettings
from burl_opensearch.reading.source import parse_source


def is_source(path: Path) -> bool:
    """Return True for what names documents in OpenSearch."""
    return str(path).startswith(("opensearch:/", "opensearch+https:/"))


def read_inputs(
    paths: Sequence[Path],
    file_format: FileFormat,
    *,
    receive: ReceiveSettings,
    opensearch: OpenSearchSettings,
    streams: StreamTable,
    clock: Clock,
) -> Iterator[Batch]:
    """Return the records of all `paths` in order of time; a source in OpenSearch stands alone.

    Raises:
        InputError: a path cannot be read, or a source stands beside others; also while batches are taken.
        ConfigError, Retryable: as `IndexReader.read`.
    """
    if not any(map(is_source, paths)):
        return FileReader(receive, streams, clock).read(paths, file_format)
    if len(paths) > 1:
        raise InputError("an opensearch:// input stands alone: its documents are read in order of time")
    return _read_index(str(paths[0]), receive, opensearch, streams, clock)


def _read_index(
    text: str, receive: ReceiveSettings, opensearch: OpenSearchSettings, streams: StreamTable, clock: Clock
) -> Iterator[Batch]:
    from burl.write.opensearch import connect  # opensearch-py takes half a second
    from burl_opensearch.reading.reader import IndexReader  # opensearch-py takes half a second

    source = parse_source(text, clock)
    settings = source.settings(opensearch)
    with closing(connect(settings)) as client:
        yield from IndexReader(client, settings.hosts[0], receive, streams, clock).read(source)
