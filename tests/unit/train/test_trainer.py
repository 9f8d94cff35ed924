"""`burl train` with labels, with sequences of event ids, and with too little of everything."""

import json
from pathlib import Path

import pytest

from burl.bundle import load_bundle
from support.command_line import burl

_FLOWS = ("1 2 3 4", "1 2 2 3 4", "1 2 3 4 5")


def _log(tmp_path: Path, count: int) -> Path:
    path = tmp_path / "shop.log"
    lines = [
        f"2026-03-01T{i // 3600:02}:{i // 60 % 60:02}:{i % 60:02}Z "
        + (f"disk {i} lost" if i % 100 == 99 else f"request {i} done in {i % 40} ms")
        for i in range(count)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_lines_labelled_abnormal_stay_unknown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log, labels, bundle = _log(tmp_path, 2000), tmp_path / "labels.json", tmp_path / "bundle"
    said = {line: "abnormal" if "lost" in line else "normal" for line in log.read_text().splitlines()}
    labels.write_text(json.dumps(said))
    asked = ("train", "--input", log, "--labels", labels, "--detectors", "new_template", "--out", bundle)
    done = burl(capsys, *asked)
    assert done.code == 0, done.err
    assert "new_template" in done.out
    templates = (bundle / "templates.json").read_text()
    assert "request" in templates
    assert "lost" not in templates


def test_labels_of_other_lines_are_one_clear_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log, labels = _log(tmp_path, 200), tmp_path / "labels.json"
    labels.write_text('{"never written": "abnormal"}')
    done = burl(capsys, "train", "--input", log, "--labels", labels, "--out", tmp_path / "bundle")
    assert done.code == 2
    assert "no line of the input is among the labels" in done.err
    assert len(done.err.splitlines()) == 1
    assert not (tmp_path / "bundle").exists()


def test_lines_without_a_time_are_learnt_in_their_order(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    log, bundle = tmp_path / "plain.log", tmp_path / "bundle"
    steps = ("opened the box", "filled the box", "checked the box", "closed the box")
    log.write_text("".join(f"{steps[i % 4]}\n" for i in range(2_000)))
    done = burl(capsys, "train", "--input", log, "--out", bundle)
    assert done.code == 0, done.err
    manifest = load_bundle(bundle).manifest
    assert manifest.training.lines == 2_000
    assert "rate" not in {entry.id for entry in manifest.detectors}
    log.write_text(f"{steps[0]}\nthe box is on fire\n{steps[1]}\n")
    found = burl(capsys, "score", "--bundle", bundle, "--input", log, "--json")
    assert "on fire" in found.out


def test_a_hundred_sequences_are_enough_for_auto(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, bundle = tmp_path / "sequences.csv", tmp_path / "bundle"
    rows = [f"train,t{i},0,,{_FLOWS[i % 3]}\n" for i in range(100)]
    path.write_text("split,id,label,kind,events\n" + "".join(rows))
    done = burl(capsys, "train", "--input", path, "--out", bundle)
    assert done.code == 0, done.err
    assert "event_set:session" in {entry.id for entry in load_bundle(bundle).manifest.detectors}


def test_a_few_sequences_are_one_clear_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "sequences.csv"
    path.write_text("split,id,label,kind,events\n" + "".join(f"train,t{i},0,,1 2 3\n" for i in range(30)))
    done = burl(capsys, "train", "--input", path, "--out", tmp_path / "bundle")
    assert done.code == 2
    assert "it takes 60" in done.err
    assert len(done.err.splitlines()) == 1


def test_sequences_of_event_ids_make_a_bundle(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path, bundle = tmp_path / "sequences.csv", tmp_path / "bundle"
    rows = [f"train,t{i},0,,{_FLOWS[i % 3]}\n" for i in range(300)]
    path.write_text("split,id,label,kind,events\n" + "".join(rows))
    done = burl(capsys, "train", "--input", path, "--detectors", "event_set,pca", "--out", bundle)
    assert done.code == 0, done.err
    entries = load_bundle(bundle).manifest.detectors
    assert [entry.id for entry in entries] == ["event_set", "pca"]
    assert {entry.config["unseen"] for entry in entries} == {"anomalous"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a\nb\nc\n", "3 records are too few"),
        ("", "0 records are too few"),
        ("split,id,label,kind,events\ntrain,a,0,,1 2\n", "1 normal sequences are too few"),
        ("split,id,label,kind,events\ntrain,a,1,,1 2\n", "0 normal sequences are too few"),
    ],
)
def test_too_little_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str, said: str
) -> None:
    path = tmp_path / "input.log"
    path.write_text(content)
    done = burl(capsys, "train", "--input", path, "--out", tmp_path / "bundle")
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_a_line_of_ten_megabytes_is_taken(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    log = _log(tmp_path, 500)
    with log.open("a") as file:
        file.write("2026-03-01T01:00:00Z " + "x" * 10_000_000 + "\n")
    done = burl(
        capsys, "train", "--input", log, "--detectors", "new_template", "--out", tmp_path / "bundle", "--json"
    )
    assert done.code == 0, done.err
    assert json.loads(done.out)["training"]["lines"] == 501
