"""The demo from start to end."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import orjson
from rich.console import Console

from burl.clock import Clock, SystemClock
from burl.config import load_settings, with_options
from burl.console.report import render_report
from burl.demo.agent_process import running_agent
from burl.demo.example import DEFAULT, Example, load_example
from burl.demo.outcome import Outcome, Run, make_outcome, make_report
from burl.demo.replay import replay
from burl.demo.terminal import print_report
from burl.demo.verdicts import give_verdicts
from burl.errors import ConfigError
from burl.feedback import Desk
from burl.progress import progress
from burl.write.factory import open_store
from burl.write.settings import WriteSettings

_BUDGET, _GAP_SECONDS = "200/day", 8
"""The shop's day lasts minutes: faults come so densely that a real budget and gap would make them one."""
_DATASET = "demo"
_LIMIT = 10_000

Keys = Mapping[tuple[str, ...], str]
"""Settings of the agent by their path."""


def show(*, data: Path | None, out: Path, opensearch: str | None, keep: bool) -> WriteSettings:
    """Run the demo, write `out`/demo.html, and return where the findings are.

    Raises:
        UserError: the example is missing, the agent cannot start, or OpenSearch refuses.
        Retryable: OpenSearch cannot be reached.
    """
    clock = SystemClock()
    began = clock.monotonic()
    with _work_directory(out, keep) as work, progress() as report:
        settings = _write_settings(work, opensearch, clock)
        report("reading the logs", 0.0)
        example = load_example(data or DEFAULT)
        if opensearch:
            example = example.moved_to(clock.time_ns())
        report("reading the logs", 1.0)
        with running_agent(_agent_keys(example, work, settings), work / "agent.log") as agent:
            started = clock.monotonic()
            replay(
                example,
                agent.port,
                agent.check,
                lambda share: report("replaying them into the agent", share),
            )
            seconds, memory = clock.monotonic() - started, agent.memory_bytes()
        outcome = _read(example, settings, clock)
        run = Run(example.records, seconds, memory, opensearch or _store_in_words(work, keep))
        page = out / "demo.html"
        page.write_text(render_report(make_report(example, outcome, run, _notes(run))), "utf-8")
    print_report(outcome, run, page, clock.monotonic() - began, Console())
    return settings


@contextmanager
def _work_directory(out: Path, keep: bool) -> Iterator[Path]:
    """Yield an empty directory for the agent's files; they go away in the end unless they are to be kept."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        if not keep:
            with tempfile.TemporaryDirectory(prefix="burl-demo-") as name:
                yield Path(name)
            return
        work = out / "agent"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
    except OSError as error:
        raise ConfigError(f"--out {out}: {error.strerror}") from None
    yield work


def _write_settings(work: Path, opensearch: str | None, clock: Clock) -> WriteSettings:
    """Return where findings go; what OpenSearch needs is installed.

    There, each run has indices of its own, and the agent writes the logs, too: nobody else does.
    """
    settings = load_settings()
    if opensearch is None:
        return with_options(settings, {"write": {"sqlite": {"path": work / "burl.sqlite"}}}).write
    given = settings.write.opensearch.model_dump() | {
        "hosts": [opensearch],
        "dataset": _DATASET,
        "namespace": f"run{clock.time_ns() // 10**9}",
    }
    keys = {"store": "opensearch", "mode": "enrich", "opensearch": given}
    write = with_options(settings, {"write": keys}).write
    _install(write)
    return write


def _install(write: WriteSettings) -> None:
    from burl.write.opensearch import connect  # opensearch-py takes half a second
    from burl_opensearch import platform  # opensearch-py takes half a second

    with closing(connect(write.opensearch)) as client:
        platform.install(client, write.opensearch.hosts[0], write.opensearch.prefix)


def _refresh(write: WriteSettings) -> None:
    """Make what OpenSearch has taken in visible to searches now, not within a second."""
    from burl.write.opensearch import connect  # opensearch-py takes half a second

    with closing(connect(write.opensearch)) as client:
        client.indices.refresh(index=f"{write.opensearch.prefix}_*")


def _agent_keys(example: Example, work: Path, write: WriteSettings) -> Keys:
    keys = {
        ("receive", "listen"): "127.0.0.1:0",
        ("receive", "max_ahead_seconds"): "1e9",
        ("bundle", "path"): str(example.bundle),
        ("state", "directory"): str(work / "state"),
        ("decide", "budget"): _BUDGET,
        ("decide", "incident_gap_seconds"): str(_GAP_SECONDS),
        ("write", "store"): write.store,
        ("write", "mode"): write.mode,
        ("write", "sqlite", "path"): str(write.sqlite.path),
    }
    if write.store == "opensearch":
        keys["write", "opensearch", "hosts"] = orjson.dumps(write.opensearch.hosts).decode()
        keys["write", "opensearch", "dataset"] = write.opensearch.dataset
        keys["write", "opensearch", "namespace"] = write.opensearch.namespace
    return keys


def _read(example: Example, write: WriteSettings, clock: Clock) -> Outcome:
    """Read back what the agent wrote; what the dashboards show gets verdicts."""
    if write.store == "opensearch":
        _refresh(write)
    with closing(open_store(write, clock)) as store:
        since_ns = example.span_ns[0] - 60_000_000_000
        outcome = make_outcome(
            example,
            store.annotations(since_ns=since_ns, limit=_LIMIT),
            store.incidents(since_ns=since_ns, limit=_LIMIT),
        )
        if write.store == "opensearch":
            give_verdicts(Desk(store, clock), example, outcome)
        return outcome


def _store_in_words(work: Path, keep: bool) -> str:
    return str(work / "burl.sqlite") if keep else "the page alone (--keep keeps the store, too)"


def _notes(run: Run) -> list[str]:
    sent = (
        f"{run.records:,} records were sent by the OpenTelemetry exporter over OTLP/gRPC in"
        f" {run.replay_seconds:.1f} s, each batch until the agent answered that its findings are stored."
        f" Findings are in {run.store}."
    )
    settings = (
        f"Time in these logs is compressed, so the agent ran with a budget of {_BUDGET}, and incidents end"
        f" after {_GAP_SECONDS} s without a finding. What was still open when the logs ended (sessions,"
        " counts) is not judged."
    )
    counted = (
        "A fault counts as found when at least half of the records that an incident names are known to belong"
        " to it; a fault that only takes lines away, when silence or a changed rate of a service that it hit"
        " is reported."
    )
    return [sent, settings, counted]
