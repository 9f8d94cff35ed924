"""With a real OpenSearch on this machine: from event to annotation, and what writing every line costs.

The latter is measured with a store that only counts, too: that is the agent's own part.
"""

import random
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from string import ascii_lowercase

import orjson

from bench import end_to_end
from bench.agent import Keys, agent
from bench.counting_store import counting_store
from bench.lines import SECOND_NS, SHOP, Line, shop
from bench.requests import Form, requests, write_requests
from bench.results import Results, Size
from burl.clock import SystemClock
from burl.write.factory import open_store
from burl.write.opensearch import connect
from burl.write.settings import OpenSearchSettings, WriteSettings
from burl_opensearch.platform import install
from support.opensearch_install import OpenSearchUnavailableError
from support.opensearch_server import OpenSearchServer

_RATE = 5_000
_SECONDS = 60
_EVERY = 1_250
"""Lines from one that is surprising to the next."""
_BUDGET = "100000/day"
"""Many findings are wanted here, so as to time them."""
_LEAD_SECONDS = 20
"""From the making of the requests to the time of their first line."""
_PROMISED_SECONDS = 1.5
_ENRICHED = 80_000
"""Lines a second on one core that are promised when each is written."""
_PREFIX = "burlbench"


def measure(results: Results, size: Size) -> None:
    """Add the figures, or say why there are none."""
    _enrich_alone(results, size)
    try:
        server = OpenSearchServer()
    except OpenSearchUnavailableError as error:
        results.absent.append(f"OpenSearch: {error}")
        return
    try:
        server.start()
        settings = WriteSettings(
            store="opensearch", opensearch=OpenSearchSettings(hosts=[server.url], prefix=_PREFIX)
        )
        with closing(connect(settings.opensearch)) as client:
            install(client, server.url, _PREFIX)
        _delay(results, settings)
        _enrich(results, settings, size)
    finally:
        server.remove()


def _keys(hosts: list[str], mode: str) -> Keys:
    return {
        ("write", "store"): "opensearch",
        ("write", "mode"): mode,
        ("write", "opensearch", "hosts"): orjson.dumps(hosts).decode(),
        ("write", "opensearch", "prefix"): _PREFIX,
    }


def _delay(results: Results, settings: WriteSettings) -> None:
    """Send lines as they are said, in real time; the agent writes into each finding how late it was."""
    clock = SystemClock()
    keys = {**_keys(settings.opensearch.hosts, "annotate"), ("decide", "budget"): _BUDGET}
    with tempfile.TemporaryDirectory() as folder, agent(SHOP / "bundle", keys) as running:
        rows = list(_with_surprises(shop().fresh(_RATE * _SECONDS)))
        start_ns = clock.time_ns() + _LEAD_SECONDS * SECOND_NS
        step_ns = SECOND_NS // _RATE
        timed = (replace(line, time_ns=start_ns + number * step_ns) for number, line in enumerate(rows))
        path = write_requests(Path(folder, "timed"), requests(timed, Form()))
        running.send(path, "--rate", str(_RATE), "--start-ns", str(start_ns))
    lags = _lags(settings)
    if not lags:
        results.absent.append("event to annotation: nothing was found in the lines")
        return
    note = f"{len(lags)} findings in single lines; 0.1 s of it the sender fills a request of 500"
    results.add("delay/median", [lags[len(lags) // 2]], "s", note=note)
    results.add("delay/p99", [lags[len(lags) * 99 // 100]], "s", _PROMISED_SECONDS, note)


def _with_surprises(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield the lines, now and then one whose words were never said before."""
    rng = random.Random(1)
    for number, line in enumerate(lines):
        if number % _EVERY:
            yield line
        else:
            words = ("".join(rng.choices(ascii_lowercase, k=8)) for _ in range(rng.randint(3, 12)))
            yield replace(line, body=f"{' '.join(words)} failed")


def _lags(settings: WriteSettings) -> list[float]:
    """Return the seconds from record to annotation, sorted, of findings that end with their line."""
    with closing(open_store(settings, SystemClock())) as store:
        documents = store.annotations(limit=10_000)
    return sorted(each["burl.lag_seconds"] for each in documents if each["burl.unit"] == "event")


def _enrich(results: Results, settings: WriteSettings, size: Size) -> None:
    """Measure the agent's own processor time with every line written, that of the store not counted."""
    case = end_to_end.Case("shop, every line written", shop(), Form())
    with tempfile.TemporaryDirectory() as folder:
        given = end_to_end.load(case, size.lines // 2, Path(folder))
        keys = _keys(settings.opensearch.hosts, "enrich")
        costs = [end_to_end.cost(SHOP / "bundle", given, keys) for _ in range(size.rounds)]
    results.add(f"end_to_end/{case.name}", costs, "us/line", 1e6 / _ENRICHED, "OpenSearch on the same core")


def _enrich_alone(results: Results, size: Size) -> None:
    """Measure the same with a store that takes no time of the core that the agent runs on."""
    case = end_to_end.Case("shop, every line written to a store that only counts", shop(), Form())
    costs = []
    with tempfile.TemporaryDirectory() as folder, counting_store() as store:
        given = end_to_end.load(case, size.lines // 2, Path(folder))
        for _ in range(size.rounds):
            before = store.documents()
            costs.append(end_to_end.cost(SHOP / "bundle", given, _keys([store.url], "enrich")))
            if store.documents() - before < given.lines:
                raise RuntimeError("a line was not written")
    results.add(f"end_to_end/{case.name}", costs, "us/line", 1e6 / _ENRICHED)
