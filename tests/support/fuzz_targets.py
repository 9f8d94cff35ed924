"""What is fuzzed: each surface that takes bytes from outside, as a function that must end without surprise.

Raising what the surface says it raises is no surprise; any other exception, a wrong result or a hang is.
"""

import io
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from pydantic import ValidationError

from burl.bundle import load_bundle
from burl.clock import ManualClock
from burl.config import load_settings
from burl.decide.settings import DecideSettings
from burl.engine.checkpoint import StateDirectory
from burl.engine.journal import read_journal
from burl.engine.pipeline import Pipeline
from burl.errors import BundleError, ConfigError, InputError, Undecodable
from burl.parse import CONTINUATION, Catalogue
from burl.parse.parser import Parser
from burl.parse.settings import ParseSettings
from burl.parse.template_set import TemplateSet
from burl.receive.batch import StreamTable
from burl.receive.file_records import read_cri, read_jsonl, read_text
from burl.receive.files import FileReader
from burl.receive.otlp import Decoder
from burl.receive.redaction_settings import RedactSettings
from burl.receive.settings import ReceiveSettings
from burl.window.settings import WindowSettings
from burl.window.spec import SessionSpec

NOW_NS = 1_795_350_000 * 10**9
_RECORD_BYTES = 4096
_DIRECTORY = Path(tempfile.mkdtemp(prefix="burl-fuzz-"))
"""Surfaces that read files read them from here."""


def decode(data: bytes) -> None:
    """Decode a request and ask for everything that can be asked for."""
    streams = StreamTable(max_streams=3)
    with suppress(Undecodable):
        for batch in Decoder(ReceiveSettings(), streams).decode(data, "peer", NOW_NS):
            for index in range(len(batch)):
                batch.origin.uid(index)
                batch.origin.attributes(index)
                batch.origin.trace_id(index)
                streams.identity(int(batch.streams[index]))
            streams.services_of(batch.streams)


def redact(data: bytes) -> None:
    """Redact a request: no record and no damaged piece of it may come or go."""
    settings = RedactSettings(kinds=("mail", "ip", "card", "token"))
    decoder = Decoder(ReceiveSettings(redact=settings), StreamTable(max_streams=3))
    with suppress(Undecodable):
        assert _sizes(decoder, decoder.redacted(data)) == _sizes(decoder, data)


def _sizes(decoder: Decoder, data: bytes) -> tuple[int, int]:
    batches = list(decoder.decode(data, "peer", NOW_NS))
    return sum(map(len, batches)), sum(len(batch.damaged) for batch in batches)


def judge(data: bytes) -> None:
    """Send a request through all rooms; what is judged is restored from its state, too."""
    pipeline = _pipeline(None)
    with suppress(Undecodable):
        for batch in Decoder(ReceiveSettings(), pipeline.streams).decode(data, "peer", NOW_NS):
            pipeline.process(batch)
    state = pipeline.state()
    assert _pipeline(state).state() == state


def _pipeline(state: dict[str, object] | None) -> Pipeline:
    return Pipeline(
        bundle=None, parse=ParseSettings(), window=WindowSettings(), decide=DecideSettings(), state=state
    )


def parse(data: bytes) -> None:
    """Parse the lines of a text; the same lines again have the same templates."""
    catalogue = Catalogue()
    parser = Parser(ParseSettings(), catalogue)
    bodies = data.decode("utf-8", "replace").split("\0")
    streams = np.zeros(len(bodies), dtype=np.int64)
    first = parser.parse(bodies, streams)
    assert first.shape == streams.shape
    for body, template in zip(bodies, first.tolist(), strict=True):
        if template != CONTINUATION:
            assert len(parser.parameters(body, template)) == catalogue[template].text.count("<*>")
    again = parser.parse(bodies, streams + 1)
    known = (first != CONTINUATION) & (again != CONTINUATION)
    assert np.array_equal(first[known], again[known])


def records(data: bytes) -> None:
    """Read the lines of a file in each form."""
    for reader in (read_cri, read_text, read_jsonl):
        with suppress(InputError):
            for record in reader(io.BufferedReader(io.BytesIO(data)), _RECORD_BYTES):
                assert len(record.body) <= 2 * len(data)


def log_file(data: bytes) -> None:
    """Read a file, packed or not, whose form is to be found out."""
    with suppress(InputError):
        for batch in FileReader(ReceiveSettings(), StreamTable(), ManualClock(NOW_NS)).read([_file(data)]):
            assert len(batch.bodies) == len(batch.times_ns)


def config(data: bytes) -> None:
    """Read a configuration."""
    with suppress(ConfigError):
        load_settings(_file(data))


def journal(data: bytes) -> None:
    """Read a journal."""
    for entry in read_journal(_file(data)):
        assert isinstance(entry, tuple)


def checkpoint(data: bytes) -> None:
    """Recover from a checkpoint."""
    (_DIRECTORY / "checkpoint-000000000001").write_bytes(data)
    with suppress(ConfigError):
        StateDirectory(_DIRECTORY).recover()


def manifest(data: bytes) -> None:
    """Load a bundle by its manifest."""
    (_DIRECTORY / "bundle").mkdir(exist_ok=True)
    (_DIRECTORY / "bundle" / "manifest.json").write_bytes(data)
    with suppress(BundleError):
        load_bundle(_DIRECTORY / "bundle")


def template_set(data: bytes) -> None:
    """Read the templates of a bundle."""
    with suppress(BundleError):
        TemplateSet.from_json(data)


def sessions(data: bytes) -> None:
    """Read the sessions of a bundle."""
    with suppress(ValidationError):
        SessionSpec.from_json(data.decode("utf-8", "replace"))


def _file(data: bytes) -> Path:
    path = _DIRECTORY / "input"
    path.write_bytes(data)
    return path


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        decode,
        redact,
        judge,
        parse,
        records,
        log_file,
        config,
        journal,
        checkpoint,
        manifest,
        template_set,
        sessions,
    )
}
