"""What the commands print: results for programs and people, on stdout."""

from typing import Any

import orjson


def print_json(value: Any) -> None:
    """Write `value` as one line of JSON to stdout."""
    print(orjson.dumps(value).decode())


def print_facts(title: str, facts: dict[str, Any]) -> None:
    """Write a title and aligned `name: value` lines to stdout."""
    width = max(map(len, facts), default=0) + 1
    lines = [f"  {name + ':':<{width}} {value}" for name, value in facts.items()]
    print(title, *lines, sep="\n")
