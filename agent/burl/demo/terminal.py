"""The demo's report for a person in a hurry: on the terminal."""

from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from burl.console.text import visible
from burl.console.views import Document, clock_time
from burl.demo.outcome import Outcome, Run, facts

_TOP = 10
_HIGH, _MIDDLE = 0.8, 0.4


def print_report(outcome: Outcome, run: Run, page: Path, seconds: float, console: Console) -> None:
    """Say what was found, where the page is, and what to do next.

    Args:
        outcome: what was found.
        run: how the replay went.
        page: the HTML page.
        seconds: how long all took.
        console: where to print; log text on it steers nothing.
    """
    shown = outcome.incidents[:_TOP]
    console.print(Text(f"\nThe worst {len(shown)} of {len(outcome.incidents)} incidents\n", style="bold"))
    for document in shown:
        _print_incident(document, outcome.verdict(document["incident_id"]), console)
    console.print(_facts(outcome, run))
    if outcome.figures.missed:
        console.print(Text(f"\nFaults not found: {', '.join(outcome.figures.missed)}", style="dim"))
    console.print(
        Text.assemble("\nThe page with everything: ", (page.resolve().as_uri(), "bold")), soft_wrap=True
    )
    console.print(Text(f"Took {seconds:.0f} s. Findings are in {run.store}."), soft_wrap=True)
    console.print(Text("Next, your own logs, without any training:"))
    console.print(Text("    kubectl logs POD | burl score --input -", style="bold"), soft_wrap=True)


def _print_incident(document: Document, verdict: str, console: Console) -> None:
    grade = document["anomaly_grade"]
    colour = "red" if grade >= _HIGH else "yellow" if grade >= _MIDDLE else "cyan"
    services = visible(", ".join(document["services"]))
    head = Text.assemble(
        (f"{grade:.2f}", f"bold {colour}"),
        f"  {clock_time(document['@timestamp'])[:8]}  ",
        (services, "bold"),
        (f"  {verdict}", "dim"),
    )
    console.print(head)
    # Text, so that what a line holds is neither rich's markup nor the terminal's escapes.
    reason = Text(f"      {visible(document['reason'])}")
    console.print(reason, no_wrap=True, overflow="ellipsis")


def _facts(outcome: Outcome, run: Run) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row()
    for fact in facts(outcome, run):
        table.add_row(Text(fact.value, style="bold", justify="right"), fact.label)
    return table
