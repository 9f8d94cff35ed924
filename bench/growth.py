"""How the cost of a line grows with what there is more of: templates, streams, length, attributes, sessions.

In one process, decode to decide, on lines made for it: the steady state, everything having been seen once.
The size of requests matters to gRPC, and how many wait to the engine: both are measured on a whole agent.
"""

import gc
import random
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from bench.agent import agent
from bench.lines import SECOND_NS, SHOP, START_NS, Line, shop
from bench.requests import Form, requests, write_requests
from bench.results import Results, Size
from bench.sender import IN_FLIGHT
from burl.bundle import load_bundle
from burl.config import Settings
from burl.parse import ParseSettings
from burl.pipelines import make_pipeline
from burl.receive.otlp import Decoder
from burl.receive.settings import ReceiveSettings
from burl.window.settings import WindowSettings

_LIMIT = 200_000
_STEP_NS = SECOND_NS // 1000
_LETTERS = "ghijklmnopqrstuvwxyz"
_ONE = ("bench", "growth-0", "app")
_PROMISED = 1.5
_OFTEN, _TIMES = 100, 20
"""Templates that the traffic consists of, and how often each was met before."""
_IN_A_ROW = 10


def measure(results: Results, size: Size) -> None:
    """Add the figures: microseconds a line by amount, and how much the largest costs over the smallest."""
    lines = size.lines // 4
    most = 1_000 if size.quick else 100_000
    tens = [10**power for power in range(1, 6) if 10**power <= most]
    for count in tens[1:]:
        _add(results, "templates", count, _cost(_of_templates(count, lines), size=size))
    for count in tens:
        _add(results, "streams", count, _cost(_of_streams(count, lines), size=size))
    for count in (50, 500, 5_000):
        _add(results, "characters", count, _cost(_of_length(count, lines), size=size))
    for count in (0, 5, 10, 20):
        steady = list(shop().fresh(2 * lines))
        parts = (steady[:lines], steady[lines:])
        _add(results, "attributes", count, _cost(parts, form=Form(extra=count), size=size, trained=True))
    for count in (100, 1_000, 10_000):
        _add(results, "open sessions", count, _cost(_of_sessions(count, lines), size=size, trained=True))
    for count in (1, 10, 100, 1_000, 10_000):
        _add(results, "records a request", count, [_by_request(count, lines // (20 if count == 1 else 1))])
    for count in (1, 2, 4, 8, 16):
        _add(results, "requests in flight", count, [_by_request(500, lines, in_flight=count)])
    for name in ("templates", "streams"):
        costs = [figure.median for figure in results.section(f"growth/{name}").values()]
        results.add(f"growth of cost/{name}", [costs[-1] / costs[0]], "times", _PROMISED)


def _add(results: Results, name: str, count: int, costs: Iterable[float]) -> None:
    results.add(f"growth/{name}/{count}", costs, "us/line")


Parts = tuple[list[Line], list[Line]]
"""What warms up, and what is measured."""


def _cost(parts: Parts, *, size: Size, form: Form | None = None, trained: bool = False) -> list[float]:
    """Return microseconds a line of each round; all lines are of one pipeline that met the first part."""
    settings = Settings(
        receive=ReceiveSettings(max_streams=_LIMIT, max_ahead_seconds=1e9),
        parse=ParseSettings(max_templates=_LIMIT, max_open_streams=_LIMIT),
        window=WindowSettings(max_streams=_LIMIT),
    )
    pipeline = make_pipeline(settings, load_bundle(SHOP / "bundle") if trained else None, None)
    decoder = Decoder(settings.receive, pipeline.streams)

    def work(raws: list[bytes]) -> float:
        began = time.process_time()
        for raw in raws:
            for batch in decoder.decode(raw, "bench", START_NS):
                pipeline.process(batch)
        return time.process_time() - began

    warm, measured = (list(requests(part, form or Form())) for part in parts)
    work(warm)
    gc.collect()
    gc.freeze()
    third = max(1, len(measured) // min(size.rounds, 3))
    records = (form or Form()).records
    shares = [measured[at : at + third] for at in range(0, len(measured) - third + 1, third)]
    costs = [work(share) / (len(share) * records) * 1e6 for share in shares]
    gc.unfreeze()
    return costs


def _at(number: int, body: str, stream: tuple[str, str, str] = _ONE) -> Line:
    return Line(body, START_NS + number * _STEP_NS, stream)


def _of_templates(count: int, lines: int) -> Parts:
    """Return lines of 100 templates that are met often, among `count` that were met once."""
    rng = random.Random(1)
    words = ["".join(rng.choices(_LETTERS, k=8)) for _ in range(2_000)]
    texts = [f"{' '.join(rng.sample(words, 6))} took %d ms" for _ in range(count)]
    often = texts[:: count // _OFTEN][:_OFTEN]
    met = [_at(number, text % number) for number, text in enumerate([*texts, *often * _TIMES])]
    return met, [_at(len(met) + number, rng.choice(often) % number) for number in range(lines)]


def _of_streams(count: int, lines: int) -> Parts:
    """Return lines of `count` streams of one service, each met before; a stream writes some in a row."""
    rng = random.Random(1)
    body = "GET /cart/%d took 12 ms, status 200"
    names = [("bench", f"growth-{number}", "app") for number in range(count)]
    met = [_at(number, body % number, name) for number, name in enumerate(names)]
    writers = [rng.choice(names) for _ in range(lines // _IN_A_ROW + 1)]
    return met, [_at(count + n, body % n, writers[n // _IN_A_ROW]) for n in range(lines)]


def _of_length(characters: int, lines: int) -> Parts:
    """Return lines of about so many characters."""
    rng = random.Random(1)
    words = ["".join(rng.choices(_LETTERS, k=7)) for _ in range(characters // 8)]
    made = _numbered(f"{' '.join(words)} %d")
    return list(islice(made, lines)), list(islice(made, lines))


def _numbered(text: str) -> Iterator[Line]:
    number = 0
    while True:
        yield _at(number, text % number)
        number += 1


def _of_sessions(count: int, lines: int) -> Parts:
    """Return lines of the shop's sessions, `count` of them open at any time."""
    rng = random.Random(1)
    step_ns = 30 * SECOND_NS // max(count, lines)
    kinds = [line for line in shop().training if "] order " in line.body][:200]
    begin = 10_000_000

    def line(number: int, order: int) -> Line:
        like = kinds[number % len(kinds)]
        words = [str(order) if word.isdigit() else word for word in like.body.split(" ")]
        return Line(" ".join(words), START_NS + number * step_ns, like.stream)

    met = [line(number, begin + number % count) for number in range(max(count, lines))]
    after = [line(len(met) + number, begin + rng.randrange(count)) for number in range(lines)]
    return met, after


def _by_request(records: int, lines: int, in_flight: int = IN_FLIGHT) -> float:
    """Return microseconds a line of a whole agent, by what a request holds and how many are in flight."""
    with tempfile.TemporaryDirectory() as folder:
        made = list(shop().fresh(2 * lines))
        paths = [
            write_requests(Path(folder, str(number)), requests(part, Form(records=records)))
            for number, part in enumerate((made[:lines], made[lines:]))
        ]
        with agent(SHOP / "bundle") as running:
            options = ("--in-flight", str(in_flight))
            running.send(paths[0], *options)
            return running.cost(paths[1], lines, *options)
