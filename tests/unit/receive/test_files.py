"""Files -> batches: CRI joins, gzip, order of time, formats, places, and unreadable input."""

import bz2
import gzip
import io
import json
import lzma
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from burl.clock import ManualClock
from burl.errors import InputError
from burl.receive.batch import Batch, StreamTable
from burl.receive.files import FileReader, detect_format
from burl.receive.otlp import Decoder
from burl.receive.settings import ReceiveSettings
from support import otlp
from support.research import DATA, needs_research

SECOND = 10**9
NOON = 1_795_348_800 * SECOND
NOW = NOON + 3600 * SECOND
POD = f"api-6d5f7c9b8-x2x7k_shop_app-{'ab' * 32}.log"
CRI = (
    b"2026-11-22T12:00:00.000000001Z stdout F first\n"
    b"2026-11-22T12:00:00.000000002Z stdout P one, \n"
    b"2026-11-22T12:00:00.000000003Z stderr F between\n"
    b"2026-11-22T12:00:00.000000004Z stdout P two, \n"
    b"2026-11-22T12:00:00.000000005Z stdout F three\n"
    b"2026-11-22T12:00:00.000000006Z stdout F \n"
    b"no CRI at all\n"
    b"2026-11-22T12:00:00.000000007Z stdout P cut off\n"
)


def reader(**settings: Any) -> FileReader:
    return FileReader(ReceiveSettings(**settings), StreamTable(), ManualClock(NOW))


def read(*paths: Path, file_format: Any = "auto", **settings: Any) -> list[Batch]:
    return list(reader(**settings).read(paths, file_format))


def bodies(batches: Iterable[Batch]) -> list[str]:
    return [body for batch in batches for body in batch.bodies]


def write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_container_log(tmp_path: Path, suffix: str) -> None:
    (batch,) = read(write(tmp_path / f"{POD}{suffix}", CRI))
    assert batch.bodies == ["first", "between", "one, two, three", "", "no CRI at all", "cut off"]
    assert (batch.times_ns - NOON).tolist() == [1, 3, 2, 6, 6, 7]
    assert batch.timed.tolist() == [True, True, True, True, False, True]
    lines = [batch.origin.attributes(index)["log.file.line"] for index in range(len(batch))]
    assert lines == [1, 3, 2, 6, 7, 8]


def test_the_place_of_a_record(tmp_path: Path) -> None:
    (batch,) = read(write(tmp_path / POD, CRI))
    offset = CRI.index(b"2026-11-22T12:00:00.000000002Z")
    assert batch.origin.uid(2) == f"{POD}@{offset}@2026-11-22T12:00:00.000000002Z"
    assert batch.origin.attributes(2) == {
        "log.file.name": POD,
        "log.file.line": 2,
        "log.file.offset": offset,
        "log.iostream": "stdout",
    }


def test_a_container_log_names_its_stream(tmp_path: Path) -> None:
    streams = StreamTable()
    path = write(tmp_path / POD, CRI)
    list(FileReader(ReceiveSettings(), streams, ManualClock(NOW)).read([path]))
    identity = streams.identity(0)
    assert (identity.stream, identity.service) == ("shop/api-6d5f7c9b8-x2x7k/app", "shop/api/app")
    assert identity.fields["k8s.pod.name"] == "api-6d5f7c9b8-x2x7k"


def cri_lines(seconds: Iterable[int], text: str) -> bytes:
    return b"".join(f"2026-11-22T12:00:{s:02}Z stdout F {text}{s}\n".encode() for s in seconds)


def test_files_of_a_folder_are_merged_in_order_of_time(tmp_path: Path) -> None:
    write(tmp_path / "a.log", cri_lines([1, 4, 5, 9], "a"))
    write(tmp_path / "deep" / "b.log.gz", cri_lines([2, 4, 8], "b"))
    write(tmp_path / "not-a-log.json", b"{}")
    assert bodies(read(tmp_path)) == ["a1", "b2", "a4", "b4", "a5", "b8", "a9"]


@given(st.lists(st.lists(st.integers(0, 59), max_size=6), max_size=4))
def test_merging_keeps_each_file_whole_and_in_its_order(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[int]]
) -> None:
    folder = tmp_path_factory.mktemp("merge")
    paths = [write(folder / f"{i}.log", cri_lines(seconds, f"{i}:")) for i, seconds in enumerate(files)]
    merged = bodies(read(*paths))
    assert len(merged) == sum(map(len, files))
    for index, seconds in enumerate(files):
        assert [body for body in merged if body.startswith(f"{index}:")] == [f"{index}:{s}" for s in seconds]
    if all(seconds == sorted(seconds) for seconds in files):
        times = [int(body.partition(":")[2]) for body in merged]
        assert times == sorted(times)


def test_plain_text_takes_the_time_of_its_lines(tmp_path: Path) -> None:
    text = b"banner\n2026-11-22 12:00:01,250 INFO up\n  at line\n2026-11-22 12:00:02 UTC down\n"
    (batch,) = read(write(tmp_path / "app.log", text))
    assert batch.bodies == [
        "banner",
        "2026-11-22 12:00:01,250 INFO up",
        "  at line",
        "2026-11-22 12:00:02 UTC down",
    ]
    assert ((batch.times_ns - NOON) // 10**6).tolist() == [1250, 1250, 1250, 2000]
    assert batch.timed.tolist() == [False, True, False, True]


def test_text_without_any_time_takes_the_arrival(tmp_path: Path) -> None:
    lines = [f"line {index}" for index in range(1500)]
    (batch,) = read(write(tmp_path / "app.log", "\n".join(lines).encode()))
    assert batch.bodies == lines
    assert set(batch.times_ns.tolist()) == {NOW}
    assert not batch.timed.any()


def test_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"one\ntwo\n")))
    streams = StreamTable()
    (batch,) = FileReader(ReceiveSettings(), streams, ManualClock(NOW)).read([Path("-")])
    assert batch.bodies == ["one", "two"]
    assert batch.origin.uid(1) == "stdin@4@"
    assert streams.identity(0).service == "/stdin/"


def test_labelled_lines(tmp_path: Path) -> None:
    text = (
        b'{"ts":1795348800,"stream":"n1","label":0,"msg":"one"}\n'
        b'{"ts":"2026-11-22T12:00:01.5","stream":"api-6d5f7c9b8-x2x7k","container":"app","label":1,"msg":"two"}\n'
    )
    streams = StreamTable()
    path = write(tmp_path / "lines.jsonl.gz", text)
    (batch,) = FileReader(ReceiveSettings(), streams, ManualClock(NOW)).read([path])
    assert batch.bodies == ["one", "two"]
    assert (batch.times_ns - NOON).tolist() == [0, 1_500_000_000]
    assert batch.origin.attributes(1)["label"] == 1
    assert batch.origin.uid(0) == "lines.jsonl.gz@0@1795348800"
    names = [streams.identity(int(s)) for s in batch.streams]
    assert [(n.stream, n.service) for n in names] == [
        ("/n1/", "/lines/"),
        ("/api-6d5f7c9b8-x2x7k/app", "/api/app"),
    ]


def test_batches_are_slices(tmp_path: Path) -> None:
    path = write(tmp_path / "app.log", b"x\n" * 5000)
    assert [len(batch) for batch in read(path)] == [4096, 904]


def test_long_lines_are_cut_and_their_neighbours_are_not(tmp_path: Path) -> None:
    path = write(tmp_path / "app.log", b"before\n" + b"x" * 10_000 + b"\nafter\n")
    chosen = reader(record_max_bytes=1024)
    (batch,) = chosen.read([path])
    assert [body[:10] for body in batch.bodies] == ["before", "x" * 10, "after"]
    assert len(batch.bodies[1]) < 1100
    assert chosen.counters.truncated == 1
    assert batch.origin.attributes(2)["log.file.offset"] == 7 + 10_001


def test_invalid_utf8_is_replaced(tmp_path: Path) -> None:
    chosen = reader()
    (batch,) = chosen.read([write(tmp_path / "app.log", b"caf\xe9\nnul \0\n")])
    assert batch.bodies == ["caf\ufffd", "nul \0"]
    assert chosen.counters.invalid_utf8 == 1


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (CRI, "cri"),
        (b"", "empty"),
        (b"\n\n", "empty"),
        (b'{"ts":1,"msg":"x"}\n', "jsonl"),
        (b'{"level":"info"}\n', "text"),
        (b"split,id,label,kind,events\n", "sequences"),
        (b"anything\n", "text"),
    ],
)
def test_formats_are_told_apart(tmp_path: Path, content: bytes, found: str) -> None:
    assert detect_format(write(tmp_path / "x.gz", content)) == found


def test_unreadable_input_is_one_line_with_the_files_name(tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.log.gz"
    damaged.write_bytes(gzip.compress(cri_lines(range(60), "x") * 500)[:-200])
    bad_line = write(tmp_path / "lines.jsonl", b'{"msg":"fine"}\n{"msg":\n')
    empty_folder = tmp_path / "empty"
    empty_folder.mkdir()
    sequences = write(tmp_path / "sequences.csv", b"split,id,label,kind,events\n")
    for path in (damaged, bad_line, empty_folder, sequences, tmp_path / "missing.log"):
        with pytest.raises(InputError, match=path.name) as caught:
            read(path)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("app.log.gz", b"plain\n", "it is not gzip"),
        ("app.log", lzma.compress(b"plain\n"), "packed by xz"),
        ("app.log", bz2.compress(b"plain\n"), "packed by bzip2"),
        ("app.log", b"PK\x03\x04...", "packed by zip"),
    ],
)
def test_what_is_packed_otherwise_is_refused(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason):
        read(path)


@pytest.mark.parametrize("file_format", ["cri", "jsonl", "sequences"])
def test_a_file_of_another_form_is_refused(tmp_path: Path, file_format: str) -> None:
    with pytest.raises(InputError, match=r"app\.log"):
        read(write(tmp_path / "app.log", b"plain\n"), file_format=file_format)


def test_the_same_records_over_grpc_give_the_same_batch(tmp_path: Path) -> None:
    streams = StreamTable()
    (of_file,) = FileReader(ReceiveSettings(), streams, ManualClock(NOW)).read([write(tmp_path / POD, CRI)])
    records = []
    for index, body in enumerate(of_file.bodies):
        said = int(of_file.times_ns[index]) if of_file.timed[index] else 0
        place = f"/var/log/containers/{POD}"
        named = {"log.file.path": place, "log.record.uid": of_file.origin.uid(index)}
        records.append(otlp.record(body, said, named))
    (of_grpc,) = Decoder(ReceiveSettings(), streams).decode(otlp.request(records), "files", NOW)
    assert of_grpc.bodies == of_file.bodies
    for column in ("times_ns", "timed", "streams", "severities"):
        assert getattr(of_grpc, column).tolist() == getattr(of_file, column).tolist()
    indexes = range(len(of_file))
    assert [of_grpc.origin.uid(i) for i in indexes] == [of_file.origin.uid(i) for i in indexes]


@pytest.mark.research
@needs_research
def test_labels_meet_their_lines() -> None:
    """A label names file, line and the rule it matches: an expression, or prose, which never does."""
    records = {}
    for batch in read(DATA / "shop" / "test"):
        for index, body in enumerate(batch.bodies):
            place = batch.origin.attributes(index)
            records[place["log.file.name"], place["log.file.line"]] = body
    matches: dict[str, list[bool]] = {}
    for row in (DATA / "shop" / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(row)
        body = records[Path(label["file"]).name, label["line"]]
        if not label["continuation"] and not label["how"].endswith("..."):
            matches.setdefault(label["how"], []).append(bool(re.search(label["how"], body)))
    assert len(records) == 123_722
    assert sum(map(sum, matches.values())) > 3000
    assert [rule for rule, found in matches.items() if any(found) and not all(found)] == []
