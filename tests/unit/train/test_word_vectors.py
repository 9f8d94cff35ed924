"""Word vectors of other people's files, and lines of other systems."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from burl.errors import InputError
from burl.parse.settings import ParseSettings
from burl.train.auxiliary import masked_lines
from burl.train.word_vectors import read_vectors
from support.command_line import burl

GLOVE = "the 0.1 0.2\nof 0.3 -0.4\n"


@pytest.mark.parametrize("head", ["", "2 2\n"], ids=["glove", "word2vec"])
def test_text_is_read(tmp_path: Path, head: str) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text(head + GLOVE, encoding="utf-8")
    found = read_vectors(path, 10)
    assert list(found.rows) == ["the", "of"]
    np.testing.assert_allclose(found.vectors, [[0.1, 0.2], [0.3, -0.4]])


def test_packed_text_and_npz_are_read_up_to_the_limit(tmp_path: Path) -> None:
    packed = tmp_path / "vectors.txt.gz"
    packed.write_bytes(gzip.compress(GLOVE.encode()))
    read_vectors(packed, 2).write(tmp_path / "vectors.npz")
    assert list(read_vectors(tmp_path / "vectors.npz", 1).rows) == ["the"]


@pytest.mark.parametrize("text", ["", "the 0.1 x\n", "the\n", "the 0.1 0.2\nof 0.3\n"])
def test_what_holds_no_vectors_is_one_clear_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=r"vectors\.txt"):
        read_vectors(path, 10)


def test_auxiliary_lines_are_masked_and_told_once(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("job 1 done\njob 2 done\n\n", encoding="utf-8")
    (tmp_path / "b.log").write_text("disk full\n", encoding="utf-8")
    assert masked_lines([tmp_path], ParseSettings()) == ("disk full", "job <*> done")
    assert masked_lines([], ParseSettings()) == ()


def test_empty_auxiliary_files_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("\n", encoding="utf-8")
    with pytest.raises(InputError, match="no lines"):
        masked_lines([tmp_path / "a.log"], ParseSettings())


def test_imported_vectors_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert "none at" in burl(capsys, "embeddings", "show").out
    file = tmp_path / "vectors.txt"
    file.write_text(GLOVE, encoding="utf-8")
    assert burl(capsys, "embeddings", "import", file).code == 0
    assert "2 word vectors of 2 values" in burl(capsys, "embeddings", "show").out


def test_a_file_that_is_not_there_is_one_clear_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    result = burl(capsys, "embeddings", "import", tmp_path / "no.txt")
    assert (result.code, result.err.count("\n")) == (2, 1)
