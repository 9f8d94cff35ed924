"""Reads a Fluent Bit configuration, classic or YAML, as sections of lower-case keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from burl.errors import InputError

_MAX_FILES = 50
_TRUE = {"on", "true", "yes", "1"}
_FALSE = {"off", "false", "no", "0"}
_PLURALS = {"inputs": "input", "filters": "filter", "outputs": "output"}


@dataclass(frozen=True, slots=True)
class Section:
    """A section.

    Attributes:
        kind: `service`, `input`, `filter`, `output`, ... in lower case.
        values: what each key says, in order, since some may be repeated.
    """

    kind: str
    values: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The plugin's name."""
        return self.get("name").lower()

    def get(self, key: str, default: str = "") -> str:
        """Return the last value of `key`."""
        return self.values.get(key, [default])[-1]

    def flag(self, key: str, *, default: bool) -> bool:
        """Return whether `key` is on."""
        said = self.get(key).lower()
        return said in _TRUE or (default and said not in _FALSE)

    def text(self) -> str:
        """Return all values, for what is looked for anywhere."""
        return "\n".join(value for values in self.values.values() for value in values)


def read_fluent_bit(path: Path) -> list[Section]:
    """Return the sections of `path` and of what it includes.

    Raises:
        InputError: a file cannot be read, or is no such configuration.
    """
    sections: list[Section] = []
    waiting, seen = [path], set[Path]()
    while waiting:
        file = waiting.pop(0)
        if file in seen or len(seen) >= _MAX_FILES:
            continue
        seen.add(file)
        found, includes = _read(file)
        sections += found
        waiting += includes
    if not any(section.kind == "output" for section in sections):
        raise InputError(f"{path}: holds no output, so it is no whole Fluent Bit configuration")
    return sections


def _read(path: Path) -> tuple[list[Section], list[Path]]:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is no text"
        raise InputError(f"{path}: {reason}") from None
    if path.suffix in {".yaml", ".yml"}:
        return _read_yaml(path, text)
    return _read_classic(path, text)


def _read_classic(path: Path, text: str) -> tuple[list[Section], list[Path]]:
    sections: list[Section] = []
    includes: list[Path] = []
    for line in map(str.strip, text.splitlines()):
        word, _, rest = line.partition(" ")
        value = rest.strip()
        if not line or line.startswith("#"):
            continue
        if word.lower() == "@include":
            includes += sorted(path.parent.glob(value)) if not Path(value).is_absolute() else [Path(value)]
        elif line.startswith("[") and line.endswith("]"):
            sections.append(Section(line[1:-1].strip().lower(), {}))
        elif sections and not word.startswith("@"):
            _add(sections[-1], word, value)
    return sections, includes


def _read_yaml(path: Path, text: str) -> tuple[list[Section], list[Path]]:
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InputError(f"{path}: is no valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: holds no sections")
    sections = [_section("service", content.get("service") or {})]
    for plural, entries in (content.get("pipeline") or {}).items():
        for entry in entries or []:
            sections.append(_section(_PLURALS.get(plural, plural), entry))
            sections += _processors(entry)
    return sections, [path.parent / str(name) for name in content.get("includes") or []]


def _processors(entry: Mapping[str, Any]) -> Iterator[Section]:
    """Yield the processors of an input or output: they do what filters do."""
    for processors in (entry.get("processors") or {}).values():
        for processor in processors or []:
            yield _section("processor", processor)


def _section(kind: str, entry: Mapping[str, Any]) -> Section:
    section = Section(kind, {})
    for key, value in entry.items():
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, dict):
                _add(section, str(key), _text(one))
    return section


def _add(section: Section, key: str, value: str) -> None:
    values = section.values
    if isinstance(values, dict):
        values.setdefault(key.lower(), []).append(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value is None else str(value)
