from pathlib import Path

import orjson
import pytest

from burl.decide import Findings
from burl.errors import ConfigError
from burl.write.counters import WriteCounters
from burl.write.jsonl import JsonlSink
from burl.write.settings import JsonlSettings
from support.samples import annotation, dead_letter, incident


def _written(path: Path, findings: Findings) -> list[bytes]:
    sink = JsonlSink(JsonlSettings(path=path), WriteCounters())
    sink.write(findings)
    sink.close()
    return path.read_bytes().splitlines()


def test_each_line_says_what_it_is(tmp_path: Path) -> None:
    lines = _written(tmp_path / "out.jsonl", Findings([annotation(1)], [incident(1)], [dead_letter(1)]))
    assert [orjson.loads(line)["burl.document"] for line in lines] == [
        "annotation",
        "dead_letter",
        "incident",
    ]


def test_a_later_process_goes_on_where_an_earlier_one_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    first = _written(path, Findings(annotations=[annotation(1), annotation(2)]))
    path.write_bytes(path.read_bytes()[:-20])
    assert _written(path, Findings(annotations=[annotation(1), annotation(2)])) == first


def test_every_version_of_an_incident_is_a_line(tmp_path: Path) -> None:
    lines = _written(tmp_path / "out.jsonl", Findings(incidents=[incident(1, 1), incident(1, 2)]))
    assert [orjson.loads(line)["version"] for line in lines] == [1, 2]


def test_a_foreign_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text('{"mine": 1}\n')
    with pytest.raises(ConfigError, match=r"jsonl\.path"):
        JsonlSink(JsonlSettings(path=path), WriteCounters())
    assert path.read_text() == '{"mine": 1}\n'
