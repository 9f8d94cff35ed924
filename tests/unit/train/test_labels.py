from pathlib import Path

import numpy as np
import pytest

from burl.errors import InputError
from burl.receive.batch import StreamTable
from burl.train.evaluate.texts import LabelledTexts
from burl.train.labels import labelled_uids, normal_units, read_labels
from support.letter_sessions import letter_corpus


@pytest.mark.parametrize(
    "content",
    [
        '{"all well": "normal", "disk lost": "abnormal"}',
        '{"msg": "all well", "label": 0}\n{"msg": "disk lost", "label": 1}\n',
        "id,log,label\n0,all well,normal\n1,disk lost,abnormal\n",
    ],
)
def test_labels_come_in_three_forms(tmp_path: Path, content: str) -> None:
    path = tmp_path / "labels"
    path.write_text(content)
    assert read_labels(path) == {"all well": False, "disk lost": True}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "no labelled line"),
        ('{"a": "maybe"}', "'maybe' is no label"),
        ("id,text\n1,a\n", "a text .* and a label"),
        ("[1, 2]", "no labelled line"),
    ],
)
def test_what_is_no_file_of_labels_is_refused_in_one_line(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "labels"
    path.write_text(content)
    with pytest.raises(InputError, match=said) as error:
        read_labels(path)
    assert "\n" not in str(error.value)


def test_labels_that_match_no_line_are_refused() -> None:
    texts = LabelledTexts("lines", [("one", False), ("two", True)])
    batches = list(texts.batches(StreamTable()))
    assert labelled_uids(batches, {"two": True, "three": True}) == {"lines@1"}
    with pytest.raises(InputError, match="no line of the input is among the labels"):
        labelled_uids(batches, {"three": True})


def test_normal_units_hold_nothing_labelled_anomalous() -> None:
    corpus = letter_corpus(["ab", "xx", "abb"], [False, True, False])
    normal = normal_units(corpus)
    assert normal.sequences("session").keys == ["order-0", "order-2"]
    assert normal.labels("session") is None
    assert np.count_nonzero(corpus.unit_labels["session"]) == 1
