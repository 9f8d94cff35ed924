"""What Fluent Bit must be told so that no line is lost, and what each setting does (docs/delivery.md)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from burl.doctor.check import Check, State, broken, ok, warning
from burl.doctor.fluent_bit import Section, read_fluent_bit
from burl.errors import InputError
from burl.receive.settings import ReceiveSettings

_UID = "log.record.uid"
_BATCH_SIZE = 100_000
_LOOPBACK = ("127.", "localhost", "[::1]", "::1")
_RAW_OUTPUTS = {"opensearch", "es"}


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a section must say; `why` completes "... otherwise"."""

    key: str
    wanted: str
    state: State
    why: str
    holds: Callable[[Section], bool]


_OUTPUT = (
    _Rule(
        "net.keepalive", "off", "broken", "lines of requests on kept connections are lost",
        lambda section: not section.flag("net.keepalive", default=True),
    ),
    _Rule(
        "batch_size", str(_BATCH_SIZE), "broken", "a batch that fails inside a chunk of several is lost",
        lambda section: _number(section.get("batch_size", "1000")) >= _BATCH_SIZE,
    ),
    _Rule(
        "retry_limit", "no_limits", "broken", "what is refused twice is dropped: an outage loses logs",
        lambda section: section.get("retry_limit").lower() in {"no_limits", "false", "off", "no"},
    ),
    _Rule(
        "workers", "1", "broken", "two workers race for the attributes of a record",
        lambda section: section.get("workers") == "1",
    ),
    _Rule(
        "logs_body_key_attributes", "true", "broken", "pod, file and all other fields are left out",
        lambda section: section.flag("logs_body_key_attributes", default=False),
    ),
    _Rule(
        "net.io_timeout", "30s", "warning", "a server that hangs is waited for without end",
        lambda section: bool(section.get("net.io_timeout")),
    ),
)  # fmt: skip
_RAW = (
    _Rule(
        "buffer_size", "false", "warning", "an answer above it counts as failure: a chunk is sent for ever",
        lambda section: not section.flag("buffer_size", default=True),
    ),
)  # fmt: skip
_TAIL = (
    _Rule(
        "storage.type", "filesystem", "broken", "what waits is lost when Fluent Bit stops",
        lambda section: section.get("storage.type").lower() == "filesystem",
    ),
    _Rule(
        "db", "a file", "broken", "after a restart files are read again, or not to their end",
        lambda section: bool(section.get("db")),
    ),
    _Rule(
        "skip_long_lines", "on", "warning", "a line longer than the buffer ends the reading of its file",
        lambda section: section.flag("skip_long_lines", default=False),
    ),
)  # fmt: skip
_SERVICE = (
    _Rule(
        "storage.path", "a folder", "broken", "what waits is held in memory only",
        lambda section: bool(section.get("storage.path")),
    ),
    _Rule(
        "scheduler.cap", "10", "warning", "a retry comes up to 2000 s after an outage",
        lambda section: 0 < _number(section.get("scheduler.cap", "2000")) <= 60,  # a minute
    ),
)  # fmt: skip


def check_fluent_bit(path: Path, settings: ReceiveSettings) -> list[Check]:
    """Name each setting of a Fluent Bit configuration that breaks the promise of delivery."""
    try:
        sections = read_fluent_bit(path)
    except InputError as error:
        return [broken(f"fluent bit {path}", str(error), "Give the file that Fluent Bit is started with.")]
    checks = list(_check_sections(sections, settings))
    return checks or [ok(f"fluent bit {path}", "keeps the promise of delivery")]


def _check_sections(sections: Sequence[Section], settings: ReceiveSettings) -> Iterator[Check]:
    services = [section for section in sections if section.kind == "service"] or [Section("service")]
    yield from _broken_rules(services[0], "service", _SERVICE)
    for section in sections:
        if section.kind == "input" and section.name == "tail":
            yield from _broken_rules(section, f"input tail {section.get('tag')}".rstrip(), _TAIL)
        if section.kind == "output" and section.name in _RAW_OUTPUTS:
            yield from _broken_rules(section, f"output {section.name}", _RAW)
    outputs = [section for section in sections if section.kind == "output" and _is_for(section, settings)]
    for output in outputs:
        where = f"output opentelemetry {output.get('host', '127.0.0.1')}:{_port(output)}"
        yield from _broken_rules(output, where, _OUTPUT)
        yield from _check_connection(output, where, settings)
    if not outputs:
        yield broken(
            "output opentelemetry",
            f"none sends to {settings.listen}",
            "Add one; deploy/fluent-bit has a whole configuration.",
        )
    yield from _check_uid(sections)


def _broken_rules(section: Section, where: str, rules: Sequence[_Rule]) -> Iterator[Check]:
    for rule in rules:
        if not rule.holds(section):
            said = section.get(rule.key) or "not set"
            yield Check(
                f"{where}: {rule.key}", rule.state, f"is {said}: {rule.why}", f"Set {rule.key} {rule.wanted}"
            )


def _check_connection(output: Section, where: str, settings: ReceiveSettings) -> Iterator[Check]:
    if _port(output) == _port_of(settings.listen) and not output.flag("grpc", default=False):
        yield broken(f"{where}: grpc", "is off: HTTP is sent to the gRPC door", "Set grpc on")
    encrypted = output.flag("tls", default=False)
    if encrypted != (settings.tls is not None) and _is_elsewhere(output, settings):
        yield warning(
            f"{where}: tls", "cannot be checked: it sends to another agent", "Give that agent's --config"
        )
    elif encrypted != (settings.tls is not None):
        agent = "speaks TLS" if settings.tls else "speaks plain text"
        yield broken(
            f"{where}: tls", f"does not fit: the agent {agent}", f"Set tls {'on' if settings.tls else 'off'}"
        )
    elif encrypted and not output.flag("tls.verify_hostname", default=False):
        yield warning(
            f"{where}: tls.verify_hostname", "is off: any certificate will do", "Set tls.verify_hostname on"
        )


def _check_uid(sections: Sequence[Section]) -> Iterator[Check]:
    setting = [section for section in sections if section.kind in {"filter", "processor"}]
    if not any(_UID in section.text() or section.get("script") for section in setting):
        yield warning(
            f"filters: {_UID}",
            "is not set: annotations do not link to the raw logs",
            "Set it before all outputs, as deploy/fluent-bit does",
        )


def _is_elsewhere(output: Section, settings: ReceiveSettings) -> bool:
    """Return True where the agent cannot be the one that is sent to: it is reached on its machine only."""
    host = output.get("host", "127.0.0.1")
    return settings.listen.startswith(_LOOPBACK) and not host.startswith(_LOOPBACK)


def _is_for(section: Section, settings: ReceiveSettings) -> bool:
    """Return True for an output that sends to one of our ports."""
    ours = {_port_of(settings.listen), _port_of(settings.http_listen)}
    return section.name == "opentelemetry" and _port(section) in ours


def _port(section: Section) -> int:
    return _number(section.get("port", "80"))


def _port_of(address: str) -> int:
    return _number(address.rpartition(":")[2])


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
