"""What `--session` asks for: found in the data, none, patterns in the text, or attributes."""

from collections.abc import Iterable, Sequence

from pydantic import ValidationError

from burl.errors import ConfigError
from burl.parse import Catalogue
from burl.receive.batch import Batch, Ints, StreamTable
from burl.window.discover import discover_sessions
from burl.window.extract import Extractor
from burl.window.gaps import gaps_of, timeout_seconds
from burl.window.portion import Parameters
from burl.window.spec import SessionKind, SessionSpec

AUTO, NONE = "auto", "none"


def session_spec(
    wanted: Sequence[str],
    parsed: Iterable[tuple[Batch, Ints]],
    catalogue: Catalogue,
    parameters: Parameters,
    streams: StreamTable,
) -> SessionSpec:
    """Return the sessions that `wanted` names: `auto`, `none`, or any of `NAME=REGEX` and attribute names.

    How long they may be silent is learnt from `parsed`.

    Raises:
        ConfigError: a pattern is no regular expression, or `auto` or `none` stands among others.
    """
    if list(wanted) == [AUTO]:
        return discover_sessions(parsed, catalogue, parameters)
    if list(wanted) == [NONE]:
        return SessionSpec(kinds=())
    if AUTO in wanted or NONE in wanted:
        raise ConfigError("--session auto and --session none stand alone")
    spec = SessionSpec(kinds=tuple(map(_kind, wanted)))
    gaps = gaps_of(parsed, Extractor(spec, catalogue, parameters), streams)
    return spec.model_copy(update={"timeout_seconds": timeout_seconds(gaps)})


def _kind(wanted: str) -> SessionKind:
    name, equals, pattern = wanted.partition("=")
    try:
        if equals:
            return SessionKind(name=name, pattern=pattern)
        return SessionKind(name=wanted.rpartition(".")[2], attribute=wanted)
    except ValidationError as error:
        raise ConfigError(f"--session {wanted}: {error.errors()[0]['msg']}") from None
