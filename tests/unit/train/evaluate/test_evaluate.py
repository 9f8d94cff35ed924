"""`burl evaluate` on small datasets of each form."""

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from burl.train.evaluate.pictures import Curve, pr_picture, timeline_picture
from support.command_line import burl

_KEYS = [
    "detector",
    "level",
    "precision",
    "recall",
    "f1",
    "accuracy",
    "roc_auc",
    "average_precision",
    "episodes",
    "episodes_found",
    "false_incidents_per_hour",
    "train_seconds",
    "lines_per_second",
]
_HEAD = "split,id,label,kind,events\n"


def _sequences(tmp_path: Path, *, train: int = 80, odd: int = 10) -> Path:
    flows = ["1 2 3 4", "1 2 2 3 4", "1 2 3 4 5"]
    rows = [f"train,t{i},0,,{flows[i % 3]}\n" for i in range(train)]
    rows += [f"test,n{i},0,,{flows[i % 3]}\n" for i in range(60)]
    rows += [f"test,a{i},1,drop,{('1 4', '1 2 9 3 4')[i % 2]}\n" for i in range(odd)]
    (tmp_path / "sequences.csv").write_text(_HEAD + "".join(rows))
    return tmp_path


def _lines(count: int, odd_every: int) -> Iterator[tuple[str, bool]]:
    for number in range(count):
        if number % odd_every == odd_every - 1:
            yield f"disk {number % 7} lost after {number} ms", True
        else:
            yield f"request {number} of user {number % 13} done in {number % 50} ms", False


def test_json_has_the_documented_form(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    done = burl(
        capsys, "evaluate", "--data", _sequences(tmp_path), "--detectors", "neighbours,pca,ensemble", "--json"
    )
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert sorted(told) == ["dataset", "rows"]
    assert all(list(row) == _KEYS for row in told["rows"])
    rows = {row["detector"]: row for row in told["rows"]}
    assert {"neighbours", "pca", "pca (paper's rule)", "ensemble"} <= set(rows)
    assert rows["neighbours"]["level"] == "session"
    assert rows["neighbours"]["f1"] == 1.0
    assert rows["ensemble"]["f1"] == 1.0


def test_the_ensemble_alone_takes_what_the_data_allow(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Sequences have no lines that new_template could judge."""
    done = burl(
        capsys, "evaluate", "--data", _sequences(tmp_path), "--detectors", "ensemble", "--least-f1", "0.9"
    )
    assert done.code == 0, done.err


def test_a_dataset_s_sessions_are_whole_however_long_they_rest(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = []
    for number in range(120):
        split, steps = ("train", "test")[number >= 80], ["opened", "filled", "checked", "closed"]
        odd = number >= 80 and number % 4 == 0
        for step in steps[: 2 if odd else 4]:
            at = 1_800_000_000 + number * 300 + steps.index(step) * 200
            rows.append((split, at, f"box {step} by the keeper", f"s{number}", int(odd)))
    rows.sort()
    keys = ("split", "ts", "msg", "session", "label")
    lines = [json.dumps(dict(zip(keys, row, strict=True)) | {"stream": "app"}) for row in rows]
    (tmp_path / "lines.jsonl").write_text("\n".join(lines) + "\n")
    done = burl(
        capsys, "evaluate", "--data", tmp_path, "--detectors", "event_set:session", "--least-f1", "0.9"
    )
    assert done.code == 0, done.err


def test_the_report_and_its_pictures_stand_alone(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "report"
    data = _sequences(tmp_path)
    burl(capsys, "evaluate", "--data", data, "--detectors", "neighbours", "--out", out)
    page = (out / "report.html").read_text()
    assert "<svg" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    for picture in out.glob("*.svg"):
        assert ET.parse(picture).getroot().tag.endswith("svg")
    assert len(list(out.glob("*.svg"))) == 2


def test_a_job_fails_below_the_least_f1_and_says_so_in_junit(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data, junit = _sequences(tmp_path), tmp_path / "junit.xml"
    asked = ("evaluate", "--data", data, "--detectors", "neighbours", "--junit", junit, "--least-f1")
    assert burl(capsys, *asked, "0.9").code == 0
    assert ET.parse(junit).find(".//failure") is None
    (tmp_path / "sequences.csv").write_text(
        (tmp_path / "sequences.csv").read_text().replace("1 4\n", "1 2 3 4\n")
    )
    assert burl(capsys, *asked, "0.9").code == 1
    failure = ET.parse(junit).find(".//failure")
    assert failure is not None
    assert "is below 0.9" in failure.get("message", "")


@pytest.mark.parametrize(
    ("train", "odd", "said"),
    [(0, 10, "0 normal sequences to train on"), (80, 0, "must hold normal and anomalous sequences")],
)
def test_an_empty_part_and_one_class_only_are_one_clear_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, train: int, odd: int, said: str
) -> None:
    done = burl(capsys, "evaluate", "--data", _sequences(tmp_path, train=train, odd=odd))
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_a_folder_without_a_dataset_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    done = burl(capsys, "evaluate", "--data", tmp_path)
    assert done.code == 2
    assert "holds no dataset" in done.err


def test_lines_are_judged_in_order_of_time_and_leaks_are_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rows = []
    for number, (text, odd) in enumerate(_lines(900, 50)):
        split = "test" if number >= 600 or number == 5 else "train"
        rows.append({"ts": 1_700_000_000 + number, "msg": text, "label": int(odd), "split": split})
    (tmp_path / "lines.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = burl(capsys, "evaluate", "--data", tmp_path, "--detectors", "new_template")
    assert done.code == 0, done.err
    assert "new_template" in done.out
    assert "leak in time: 594 of 599 training lines are later" in done.out


def test_what_needs_times_is_not_judged_where_there_are_none(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    done = burl(capsys, "evaluate", "--data", _sequences(tmp_path), "--detectors", "event_set,step_time")
    assert done.code == 0, done.err
    assert "not judged: detector step_time:session: the data have no times" in done.out


def test_the_hackathons_form_is_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = list(_lines(800, 40))
    known = {text: "abnormal" if odd else "normal" for text, odd in rows[:600]}
    (tmp_path / "train.json").write_text(json.dumps(known))
    judged = [f"{i},{text},{'abnormal' if odd else 'normal'}\n" for i, (text, odd) in enumerate(rows[600:])]
    (tmp_path / "test.csv").write_text("id,log,label\n" + "".join(judged))
    done = burl(capsys, "evaluate", "--data", tmp_path, "--detectors", "new_template", "--json")
    assert done.code == 0, done.err
    (row, *_) = json.loads(done.out)["rows"]
    assert (row["level"], row["f1"]) == ("line", 1.0)


def test_three_lines_are_too_few(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rows = [{"ts": 1, "msg": "a", "label": 0, "split": split} for split in ("train", "train", "test")]
    (tmp_path / "lines.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = burl(capsys, "evaluate", "--data", tmp_path)
    assert done.code == 2
    assert "too few to learn from" in done.err


def test_supervised_detectors_see_labels_only_of_their_part(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = _sequences(tmp_path, odd=60)
    done = burl(capsys, "evaluate", "--data", data, "--supervised", "--detectors", "neighbours", "--json")
    told = json.loads(done.out)
    assert told["dataset"].endswith("-supervised")
    assert told["rows"][0]["f1"] == 1.0


def test_pictures_escape_names() -> None:
    curve = Curve("<b>", "session", np.array([0.0, 1.0]), np.array([False, True]))
    assert "<b>" not in pr_picture([curve])
    assert timeline_picture(curve).count("#d1495b") == 1
