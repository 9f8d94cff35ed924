"""Which version of a service wrote a stream, by what the harness noted of its releases."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from burl.receive.batch import Batch, StreamTable

_BEGIN = ("normal_deploy_", "_begin")
Releases = Mapping[str, Sequence[tuple[float, str]]]
"""When a container's versions were released, in seconds, in order of time; by the container's name."""


def read_releases(path: Path) -> Releases:
    """Return the releases that `events.jsonl` names. Raises OSError, ValueError."""
    found: dict[str, list[tuple[float, str]]] = {}
    for line in path.read_text("utf-8").splitlines():
        event = json.loads(line)
        kind: str = event["kind"]
        if kind.startswith(_BEGIN[0]) and kind.endswith(_BEGIN[1]) and event.get("version"):
            container = kind.removeprefix(_BEGIN[0]).removesuffix(_BEGIN[1])
            found.setdefault(container, []).append((float(event["ts"]), event["version"]))
    return {container: sorted(released) for container, released in found.items()}


def versions(batches: Sequence[Batch], streams: StreamTable, releases: Releases) -> dict[int, str]:
    """Return the version of each stream that is known: the last one released before its first record."""
    first: dict[int, float] = {}
    for batch in batches:
        for stream, time_ns in zip(batch.streams.tolist(), batch.times_ns.tolist(), strict=True):
            first.setdefault(stream, time_ns / 1e9)
    found = {}
    for stream, time in first.items():
        released = releases.get(streams.identity(stream).container or "", ())
        before = [version for begun, version in released if begun <= time]
        if before:
            found[stream] = before[-1]
    return found
