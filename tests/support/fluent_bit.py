"""Reads Fluent Bit's classic configuration into the shape that its YAML has."""

import re
from pathlib import Path
from typing import Any

import yaml

Section = dict[str, Any]
_KINDS = {"INPUT": "inputs", "FILTER": "filters", "OUTPUT": "outputs"}


def read(path: Path) -> dict[str, Any]:
    """Return `service` and `pipeline` of a configuration, whichever of the two formats it has."""
    text = path.read_text("utf-8")
    if path.suffix == ".conf":
        return _classic(text)
    loaded: dict[str, Any] = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - makes nothing but strings
    return loaded


def words(text: str) -> list[str]:
    """Return the words of a Lua function: classic has it on one line, YAML on several."""
    return text.split()


def _classic(text: str) -> dict[str, Any]:
    found: dict[str, Any] = {"service": {}, "pipeline": {kind: [] for kind in _KINDS.values()}}
    section: Section = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            kind = heading[1]
            section = found["service"] if kind == "SERVICE" else {}
            if kind in _KINDS:
                found["pipeline"][_KINDS[kind]].append(section)
        elif not line.startswith("#"):
            _add(section, *line.split(maxsplit=1))
    return found


def _add(section: Section, key: str, value: str) -> None:
    """Keep a key; the two that may come again are lists."""
    if key in {"set", "logs_body_key"}:
        section.setdefault(key, []).append(value)
    else:
        section[key] = value
