"""`burl backfill`: score what is in OpenSearch already."""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from burl.cli.options import BudgetOption, ConfigOption, GapOption, JsonOption, decide_options
from burl.cli.output import print_facts, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from burl.config import Settings
    from burl_opensearch.backfill import Summary
    from burl_opensearch.reading.source import Source


def backfill(
    *,
    index: Annotated[str, typer.Option(metavar="PATTERN", help="Index, alias, data stream, or pattern.")],
    since: Annotated[str, typer.Option(metavar="AGE|TIME", help="7d, 12h, or an RFC 3339 time.")] = "7d",
    until: Annotated[str | None, typer.Option(metavar="AGE|TIME", help="Where to stop; else now.")] = None,
    url: Annotated[
        str | None, typer.Option(metavar="URL", help="OpenSearch; else write.opensearch.hosts.")
    ] = None,
    bundle: Annotated[Path | None, typer.Option(help="Bundle; without one it learns on the way.")] = None,
    rate: Annotated[
        float | None, typer.Option(min=1, metavar="N", help="Documents a second that are not exceeded.")
    ] = None,
    state: Annotated[Path, typer.Option(help="Directory that remembers how far it came.")] = Path(
        "burl-backfill"
    ),
    budget: BudgetOption = None,
    incident_gap: GapOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Score the logs in an index and write the findings beside them; run again, it continues."""
    from burl.clock import SystemClock
    from burl.config import load_settings, with_options
    from burl.progress import progress
    from burl_opensearch.reading.source import Source, moment_ns

    settings = with_options(load_settings(config), decide_options(budget, incident_gap))
    if url:
        opensearch = settings.write.opensearch.model_dump() | {"hosts": [url]}
        settings = with_options(settings, {"write": {"opensearch": opensearch}})
    now_ns = SystemClock().time_ns()
    source = Source(index, moment_ns(since, now_ns), moment_ns(until, now_ns) if until else now_ns)
    with progress() as report:
        summary = _run(source, settings, bundle, rate, state, report)
    if as_json:
        print_json(summary)
        return
    facts = {
        "documents": summary.documents,
        "annotations": summary.annotations,
        "incidents": summary.incidents,
    }
    print_facts("Scored, an earlier run continued" if summary.resumed else "Scored", facts)


def _run(
    source: "Source",
    settings: "Settings",
    bundle: Path | None,
    rate: float | None,
    state: Path,
    report: "Callable[[str, float], None]",
) -> "Summary":
    import time

    from burl.bundle import load_bundle
    from burl.clock import SystemClock
    from burl.pipelines import make_pipeline
    from burl.write.factory import open_store
    from burl.write.opensearch import connect
    from burl_opensearch import backfill
    from burl_opensearch.reading.reader import IndexReader

    clock = SystemClock()
    # The logs are there already: only findings are written.
    write = settings.write.model_copy(update={"store": "opensearch", "mode": "annotate"})
    settings = settings.model_copy(update={"write": write})
    with closing(connect(write.opensearch)) as client, closing(open_store(write, clock)) as store:
        journey = backfill.Journey(state, source)
        path = bundle or settings.bundle.path
        pipeline = make_pipeline(settings, load_bundle(path) if path else None, journey.position.pipeline)
        reader = IndexReader(client, write.opensearch.hosts[0], settings.receive, pipeline.streams, clock)
        return backfill.backfill(
            journey,
            reader,
            pipeline,
            store,
            clock=clock,
            sleep=time.sleep,
            documents_per_second=rate,
            progress=lambda done, total: report("documents", done / max(done, total, 1)),
        )
