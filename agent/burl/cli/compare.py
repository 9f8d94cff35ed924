"""`burl bundle compare`: the challenger beside the champion."""

from typing import TYPE_CHECKING, Any

from burl.cli.options import ConfigOption, JsonOption, RegistryOption
from burl.cli.output import print_facts, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from burl.feedback.comparison import Comparison

_WIDTH = 24
_HOUR_SECONDS = 3600


def compare(
    registry: RegistryOption = None, config: ConfigOption = None, as_json: JsonOption = False
) -> None:
    """Show what the challenger found beside the champion, who agrees with people, and what it costs."""
    from burl.cli.stores import open_registry, open_store_and_desk
    from burl.config import load_settings
    from burl.feedback.comparison import compare as compared

    settings = load_settings(config)
    bundle = open_registry(registry, settings).open("challenger")
    with open_store_and_desk(settings) as (store, desk):
        comparison = compared(store, desk, bundle.manifest.version, bundle.templates().supersedes)
    if as_json:
        print_json(comparison.to_json())
    else:
        _show(comparison)


def _show(comparison: "Comparison") -> None:
    found = comparison.to_json()
    champions = ", ".join(found["champion_versions"])
    title = f"Challenger {found['challenger_version']} beside {champions}: {_span(found['seconds_of_logs'])}"
    print(f"{title}\n  {'':<{_WIDTH}}{'champion':>16}{'challenger':>16}")
    for name, left, right in _rows(found["champion"], found["challenger"]):
        print(f"  {name:<{_WIDTH}}{left:>16}{right:>16}")
    if found["passed_requests"] or found["errors"]:
        parts = f"{found['passed_requests']} requests passed it by, {found['errors']} made it fail"
        print(f"  The challenger saw a part only: {parts}.")
    for side in ("champion", "challenger"):
        if found[side]["alone"]:
            print_facts(f"Only the {side} found", dict(map(_line, found[side]["alone"])))


def _rows(champion: dict[str, Any], challenger: dict[str, Any]) -> list[tuple[str, str, str]]:
    figures: tuple[tuple[str, Callable[[dict[str, Any]], str]], ...] = (
        ("findings", lambda one: f"{one['findings']:,}"),
        ("incidents", lambda one: f"{one['incidents']:,}"),
        ("  found by both", lambda one: f"{one['incidents_of_both']:,}"),
        ("  called normal", lambda one: f"{one['incidents_called_normal']:,}"),
        ("  called an anomaly", lambda one: f"{one['incidents_called_anomaly']:,}"),
        ("false alarms a day", _false_alarms),
        ("microseconds a record", _cost),
        ("agrees: an anomaly", lambda one: _agreement(one, "anomaly", "anomalies")),
        ("agrees: normal", lambda one: _agreement(one, "normal", "normals")),
        ("agrees: was missed", lambda one: _agreement(one, "missed", "misses")),
    )
    return [(name, show(champion), show(challenger)) for name, show in figures]


def _agreement(side: dict[str, Any], agreed: str, told: str) -> str:
    return f"{side['agreement'][agreed]} of {side['agreement'][told]}"


def _false_alarms(side: dict[str, Any]) -> str:
    least, most = side["false_alarms_a_day_at_least"], side["false_alarms_a_day_at_most"]
    return f"{least:.1f}" if least == most else f"{least:.1f} to {most:.1f}"


def _cost(side: dict[str, Any]) -> str:
    cost = side["cpu_microseconds_a_record"]
    return f"{cost:.1f}" if cost is not None else "-"


def _span(seconds: float) -> str:
    if seconds >= _HOUR_SECONDS:
        return f"{seconds / _HOUR_SECONDS:.1f} hours of logs"
    return f"{seconds / 60:.1f} minutes of logs"


def _line(found: dict[str, Any]) -> tuple[str, str]:
    from burl.console.text import visible

    when = f"{found['@timestamp'][:19]} {found['anomaly_grade']:.2f}"
    text = f"{found['service.name']}: {found.get('log.record.original') or found['reason']}"
    return when, visible(" ".join(text.split()))[:160]
