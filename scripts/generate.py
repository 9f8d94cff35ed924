"""Write the files that are made from the code; with `--check`, fail when one is out of date."""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from grpc_tools import protoc
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

import burl_opensearch.generate
from burl.bundle.settings import BundleSettings
from burl.clock import SystemClock
from burl.config import Settings, environment_variable, section_model
from burl.detect.registry import detector_names, detector_type
from burl.engine.champion import Champion
from burl.engine.measured import Measured
from burl.engine.metrics import agent_metrics
from burl.engine.pipeline import Pipeline
from burl.engine.writer import Writer
from burl.feedback.counters import FeedbackCounters
from burl.metrics import AnyMetric
from burl.pipelines import make_shadow
from burl.receive.admission import Admission
from burl.receive.counters import ReceiveCounters
from burl.write.counters import WriteCounters
from burl.write.settings import SqliteSettings
from burl.write.sqlite import SqliteStore

ROOT = Path(__file__).resolve().parents[1]

INTRODUCTION = """\
# Configuration

<!-- made by `make generate` from the settings in agent/burl; do not edit -->

`burl run --config burl.yaml` reads one YAML file. Each key can also be set by an environment variable, which
wins over the file. `burl validate --config burl.yaml` says what is wrong without starting anything. A JSON
Schema for editors is [config.schema.json](../config.schema.json).
"""

METRICS_INTRODUCTION = """\
# Metrics

<!-- made by `make generate` from the metrics in agent/burl; do not edit -->

Served for Prometheus at `/metrics` where `telemetry.metrics_listen` says, beside `/livez` and `/readyz`.
Counters count since the start. Alert rules that use them are in
[deploy/prometheus](../../deploy/prometheus/burl.rules.yaml).

| metric | type | labels | meaning |
|---|---|---|---|
"""


def config_schema() -> str:
    """Return the JSON Schema of the configuration file."""
    return json.dumps(Settings.model_json_schema(), indent=2, sort_keys=True) + "\n"


def config_reference() -> str:
    """Return the page that lists every key."""
    sections = [_section((name,), field) for name, field in Settings.model_fields.items()]
    return "\n".join([INTRODUCTION, *sections])


def _section(keys: tuple[str, ...], field: FieldInfo) -> str:
    model = section_model(field.annotation)
    if model is None:
        raise TypeError(f"top-level setting {keys[0]} must be a section")
    rows = "\n".join(_rows(keys, model))
    head = "| key | type | default | meaning |\n|---|---|---|---|\n"
    return f"## {'.'.join(keys)}\n\n{field.description}\n\n{head}{rows}\n"


def _rows(keys: tuple[str, ...], model: type[BaseModel]) -> Iterator[str]:
    schemas = model.model_json_schema()["properties"]
    for name, field in model.model_fields.items():
        path = (*keys, name)
        section = section_model(field.annotation)
        if section:
            yield from _rows(path, section)
            continue
        meaning = _cell(field.description or "")
        yield f"| {_key(path)} | {_type(schemas[name])} | {_default(field)} | {meaning} |"
        item = section_model(next(iter(get_args(field.annotation)), None))
        if item:
            yield from _rows((*keys, f"{name}[]"), item)


def _key(path: tuple[str, ...]) -> str:
    """Return a key and its variable; the keys of a list's entries have none."""
    key = f"`{'.'.join(path)}`"
    return key if "[]" in key else f"{key}<br>`{environment_variable(*path)}`"


def _type(schema: dict[str, Any]) -> str:
    """Return a JSON schema's type in words that fit a YAML file."""
    if "anyOf" in schema:
        return ", ".join(_type(option) for option in schema["anyOf"] if option != {"type": "null"})
    if "const" in schema or "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("format", schema.get("type", "mapping")))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = to_jsonable_python(field.get_default(call_default_factory=True, validated_data={}))
    if value is None:
        return ""
    if isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        return f"{len(value)} built in"
    return _cell(f"`{json.dumps(value)}`")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def all_metrics() -> list[AnyMetric]:
    """Return the metrics of an agent on which nothing has happened yet."""
    settings = Settings()
    pipeline = Pipeline(bundle=None, parse=settings.parse, window=settings.window, decide=settings.decide)
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(SqliteSettings(path=Path(folder) / "burl.sqlite"), SystemClock(), WriteCounters())
        store.close()
    sink = Measured(store, SystemClock(), "agent")
    return agent_metrics(
        receive=ReceiveCounters(),
        write={"store": WriteCounters()},
        pipeline=pipeline,
        writer=Writer(sink, random.SystemRandom()),
        admission=Admission(1, 1),
        measured=sink,
        feedback=FeedbackCounters(),
        champion=Champion(BundleSettings()),
        shadow=make_shadow(settings, store, SystemClock(), pipeline),
    )


def metrics_reference() -> str:
    """Return the page that lists every metric."""
    rows = [
        f"| `{metric.name}` | {metric.kind} | {', '.join(metric.labels)} | {metric.meaning} |\n"
        for metric in all_metrics()
    ]
    return METRICS_INTRODUCTION + "".join(rows)


def detector_reference(page: str) -> str:
    """Return the page of detectors with the table of settings in the section of each that Burl ships.

    Raises:
        ValueError: a shipped detector has no section.
    """
    for name in detector_names():
        kind = detector_type(name)
        if not kind.__module__.startswith("burl.detect."):
            continue  # somebody else's, installed here
        head, tail = f"<!-- settings:{name} -->\n", "<!-- end -->"
        if head not in page:
            raise ValueError(f"docs/detectors.md has no section of {name}")
        rows = "\n".join(_settings_of(kind.config_type, ""))
        table = f"| setting | type | default | meaning |\n|---|---|---|---|\n{rows}\n"
        before, _, rest = page.partition(head)
        page = before + head + table + tail + rest.partition(tail)[2]
    return page


def _settings_of(model: type[BaseModel], prefix: str) -> Iterator[str]:
    schemas = model.model_json_schema()["properties"]
    for name, field in model.model_fields.items():
        section = section_model(field.annotation)
        if section:
            yield from _settings_of(section, f"{prefix}{name}.")
        else:
            meaning = _cell(field.description or "")
            yield f"| `{prefix}{name}` | {_type(schemas[name])} | {_default(field)} | {meaning} |"


def reference_files(root: Path) -> dict[Path, str]:
    """Return the generated reference, by path."""
    return {
        root / "docs" / "config.schema.json": config_schema(),
        root / "docs" / "reference" / "configuration.md": config_reference(),
        root / "docs" / "reference" / "metrics.md": metrics_reference(),
        root / "docs" / "detectors.md": detector_reference(
            (root / "docs" / "detectors.md").read_text(encoding="utf-8")
        ),
    }


def proto_files(root: Path) -> dict[Path, str]:
    """Return the Python of our protocol buffers, by path; its package is `burl_proto`, as `burl` is taken."""
    protos = sorted(path.relative_to(root / "proto") for path in (root / "proto" / "burl").rglob("*.proto"))
    with tempfile.TemporaryDirectory() as made:
        options = [f"-I{root / 'proto'}", f"--python_out={made}", f"--pyi_out={made}"]
        if protoc.main(["protoc", *options, *map(str, protos)]):
            raise RuntimeError("protoc failed")
        return {
            root / "proto" / "burl_proto" / path.relative_to(Path(made) / "burl"): _moved(path)
            for path in Path(made).rglob("*.py*")
        }


def _moved(path: Path) -> str:
    return path.read_text(encoding="utf-8").replace("'burl.", "'burl_proto.")


def outdated(root: Path) -> dict[Path, str]:
    """Return the generated files below `root` that are not what the code makes, with their new text."""
    files = reference_files(root) | proto_files(root)
    stale = {path: text for path, text in files.items() if _content(path) != text}
    return stale | burl_opensearch.generate.outdated(root)


def main(arguments: list[str] | None = None) -> int:
    """Write, or check, all generated files; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file is out of date")
    check = parser.parse_args(arguments).check
    stale = outdated(ROOT)
    for path, text in stale.items():
        name = path.relative_to(ROOT)
        if check:
            print(f"{name} is out of date: run 'make generate'", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    return 1 if check and stale else 0


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
