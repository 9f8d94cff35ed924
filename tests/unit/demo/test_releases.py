"""Which version wrote a stream of the example."""

import json
from pathlib import Path

from burl.clock import SystemClock
from burl.demo.example import DEFAULT, load_example
from burl.demo.releases import read_releases, versions
from burl.receive.batch import StreamTable
from burl.receive.files import FileReader
from burl.receive.settings import ReceiveSettings


def test_a_stream_is_of_the_last_version_released_before_it(tmp_path: Path) -> None:
    events = [
        {"ts": 1763805700, "kind": "normal_deploy_api_begin", "version": "2"},
        {"ts": 1763805600, "kind": "normal_deploy_api_begin", "version": "1"},
        {"ts": 1763805800, "kind": "normal_deploy_api_end"},
        {"ts": 1763805800, "kind": "redis_oom"},
    ]
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, events)))
    for pod, minute in (("a", 58), ("b", 1), ("c", 9)):
        hour = 9 if minute > 50 else 10
        log = tmp_path / "test" / f"shop-{pod}_shop_api-{'0' * 64}.log"
        log.parent.mkdir(exist_ok=True)
        log.write_text(f"2025-11-22T{hour:02}:{minute:02}:00.000000000Z stdout F a line\n")
    streams = StreamTable()
    batches = list(FileReader(ReceiveSettings(), streams, SystemClock()).read([tmp_path / "test"], "cri"))
    found = versions(batches, streams, read_releases(tmp_path / "events.jsonl"))
    by_pod = {streams.identity(stream).pod: version for stream, version in found.items()}
    assert by_pod == {"shop-b": "1", "shop-c": "2"}


def test_the_shop_was_released_anew() -> None:
    example = load_example(DEFAULT)
    assert set(example.versions.values()) == {"1.14.2", "1.15.0"}
