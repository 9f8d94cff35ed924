"""An agent held to 100 millicores: it keeps up with 5,000 lines a second, and beyond that it refuses.

And how many lines a second it takes when held to more, and to less.
"""

import tempfile
from itertools import islice
from pathlib import Path

from bench.agent import agent
from bench.cpu_limit import cpu_limit
from bench.lines import SHOP, shop
from bench.requests import Form, requests, write_requests
from bench.results import Results, Size

_MILLICORES = 100
_RATE, _TOO_MUCH = 5_000, 40_000
_SECONDS = 30
_LONGEST_SECONDS = 5.0
"""`engine.max_wait_seconds`: who would wait longer is refused."""
_WAITING = 256
"""Requests in flight beyond what it can do: of fewer none waits long enough to be refused."""

_SIZES = (50, 100, 250, 500)
"""Millicores."""
_LINES_A_MILLICORE = 1_000
"""Sent to each size: about ten seconds."""


def measure(results: Results, size: Size) -> None:
    """Add all figures."""
    _keeping_up(results, size)
    _sizes(results, size)


def _keeping_up(results: Results, size: Size) -> None:
    """Add what is refused, and the longest wait, at both rates; the limit comes after the start."""
    seconds = 3 if size.quick else _SECONDS
    with tempfile.TemporaryDirectory() as folder:
        rows = shop().fresh((_RATE * 2 + _TOO_MUCH) * seconds)
        parts = [
            write_requests(Path(folder, str(rate)), requests(islice(rows, rate * seconds), Form()))
            for rate in (_RATE, _RATE + 1, _TOO_MUCH)
        ]
        with agent(SHOP / "bundle") as running:
            running.send(parts[0])
            with cpu_limit(running.running.process.pid, _MILLICORES) as how:
                kept = running.send(parts[1], "--rate", str(_RATE))
                waiting = ("--in-flight", str(_WAITING), "--give-up")
                beyond = running.send(parts[2], "--rate", str(_TOO_MUCH), *waiting)
    note = f"{_MILLICORES} millicores by {how}"
    results.add(f"limit/refused at {_RATE:,} lines/s", [kept["refused"]], "requests", 0.0, note)
    results.add(
        f"limit/longest answer at {_RATE:,} lines/s", [kept["longest_wait_seconds"]], "s", _LONGEST_SECONDS
    )
    share = beyond["refused"] / (beyond["refused"] + beyond["accepted"])
    results.add(f"limit/refused at {_TOO_MUCH:,} lines/s", [share * 100], "% of requests")
    results.add(f"limit/longest answer at {_TOO_MUCH:,} lines/s", [beyond["longest_wait_seconds"]], "s")


def _sizes(results: Results, size: Size) -> None:
    """Add what an agent that has learnt takes at each size, from a sender that never lets it rest."""
    form = Form(attributes="kubernetes")
    a_millicore = 50 if size.quick else _LINES_A_MILLICORE
    for millicores in _SIZES:
        count = millicores * a_millicore
        with tempfile.TemporaryDirectory() as folder, agent(SHOP / "bundle") as running:
            rows = shop().fresh(2 * count)
            learnt, measured = (
                write_requests(Path(folder, name), requests(islice(rows, count), form))
                for name in ("learnt", "measured")
            )
            running.send(learnt)
            with cpu_limit(running.running.process.pid, millicores) as how:
                outcome = running.send(measured)
        note = f"Kubernetes attributes on each line; by {how}"
        results.add(f"limit/{millicores} millicores", [count / outcome["seconds"]], "lines/s", note=note)
