"""How far long work has come, for people: on stderr, where it is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
    """Yield `report(stage, fraction)` with 0 <= fraction <= 1; each stage gets a bar on stderr.

    Nothing is shown when stderr is no terminal, so that logs of jobs stay readable.
    """
    if not sys.stderr.isatty():
        yield _silent
        return
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        redirect_stdout=False,
    )
    tasks: dict[str, TaskID] = {}

    def report(stage: str, fraction: float) -> None:
        if stage not in tasks:
            tasks[stage] = bars.add_task(stage, total=1.0)
        bars.update(tasks[stage], completed=fraction)

    with bars:
        yield report


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """Yield `add(count)` for work of unknown length; stderr shows how much of `what` is done.

    Nothing is shown when stderr is no terminal, or stdout is one and shows the results themselves.
    """
    if sys.stdout.isatty() or not sys.stderr.isatty():
        yield _uncounted
        return
    line = Progress(
        TextColumn("{task.completed:,.0f} {task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        redirect_stdout=False,
    )
    task = line.add_task(what, total=None)
    with line:
        yield lambda count: line.advance(task, count)


def _silent(_stage: str, _fraction: float) -> None:
    """Show nothing."""


def _uncounted(_count: int) -> None:
    """Show nothing."""
