"""Labelled lines bring detectors of words."""

import json
from pathlib import Path

import pytest

from burl.bundle import load_bundle
from burl.errors import InputError
from burl.train.choice import choose
from burl.train.corpus import Split
from burl.train.trainer import TrainRequest, train
from support.labelled_lines import Line, corpus_of

NORMAL: list[Line] = [("order <*> stored", ["7"], False)]
ODD: list[Line] = [("order <*> lost, bank unreachable", ["7"], True)]


def test_with_labels_in_both_parts_auto_tries_detectors_of_words() -> None:
    labelled = corpus_of(NORMAL * 100 + ODD * 10)
    chosen = {choice.spec: choice for choice in choose(["auto"], Split(labelled, labelled))}
    assert chosen["transformer"].rivals == ("glove_mean", "logsy")
    assert chosen["transformer"].why == "20 lines are labelled abnormal"


@pytest.mark.parametrize(("fit", "held"), [(0, 0), (30, 0), (5, 5)])
def test_few_labels_or_none_held_out_bring_none(fit: int, held: int) -> None:
    split = Split(corpus_of(NORMAL * 100 + ODD * fit), corpus_of(NORMAL * 100 + ODD * held))
    assert [choice.spec for choice in choose(["auto"], split)] == ["new_template"]


def _request(folder: Path, lines: list[tuple[str, bool]]) -> TrainRequest:
    log, labels = folder / "app.log", folder / "labels.json"
    log.write_text("".join(f"{text}\n" for text, _ in lines), encoding="utf-8")
    said = {text: "abnormal" if odd else "normal" for text, odd in lines}
    labels.write_text(json.dumps(said), encoding="utf-8")
    return TrainRequest(inputs=[log], out=folder / "bundle", detectors=["glove_mean"], labels=labels)


def _line(number: int, *, odd: bool) -> tuple[str, bool]:
    text = f"order {number} lost, bank unreachable" if odd else f"order {number} stored"
    return f"2026-03-01T10:{number // 60:02}:{number % 60:02}Z {text}", odd


def test_a_bundle_is_made_of_labelled_lines(tmp_path: Path) -> None:
    lines = [_line(number, odd=number % 12 == 5) for number in range(300)]
    train(_request(tmp_path, lines), lambda _stage, _fraction: None)
    assert [entry.name for entry in load_bundle(tmp_path / "bundle").manifest.detectors] == ["glove_mean"]


def test_labels_of_one_class_are_one_clear_error_and_leave_nothing(tmp_path: Path) -> None:
    lines = [_line(number, odd=False) for number in range(300)]
    with pytest.raises(InputError, match="no training line is labelled abnormal"):
        train(_request(tmp_path, lines), lambda _stage, _fraction: None)
    assert not (tmp_path / "bundle").exists()
