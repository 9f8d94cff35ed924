"""Word vectors: imported, learnt, written and read."""

from pathlib import Path

import numpy as np
import pytest

from burl.detect.embeddings import Embeddings, TextResources, imported, imported_path, start_vectors
from burl.errors import InputError

VECTORS = Embeddings(["cat", "dog", "car"], np.array([[1.0, 0.1], [1.0, 0.0], [0.0, 1.0]]))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "vectors.npz"
    VECTORS.write(path)
    again = Embeddings.read(path)
    assert again.rows == VECTORS.rows
    np.testing.assert_allclose(again.vectors, VECTORS.vectors, atol=1e-3)
    assert [entry.name for entry in path.parent.iterdir()] == ["vectors.npz"]


def test_of_a_word_that_comes_twice_the_first_vector_stays() -> None:
    assert Embeddings(["a", "b", "a"], np.array([[1.0], [2.0], [3.0]])).vectors.tolist() == [[1.0], [2.0]]


@pytest.mark.parametrize(
    "vectors", [np.zeros((2, 3)), np.zeros(3), np.full((3, 2), np.nan), np.zeros((3, 0))], ids=str
)
def test_what_is_no_table_of_vectors_is_refused(vectors: np.ndarray) -> None:
    with pytest.raises(InputError):
        Embeddings(["cat", "dog", "car"], vectors)


def test_a_damaged_file_is_one_clear_error(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npz"
    path.write_bytes(b"no npz")
    with pytest.raises(InputError, match="no word vectors"):
        Embeddings.read(path)


def test_near_words_are_those_of_a_like_direction() -> None:
    assert VECTORS.near(["cat", "unheard"], 1) == ["dog"]
    assert VECTORS.near(["cat"], 0) == []


def test_known_words_start_as_imported_others_with_a_direction_of_their_own() -> None:
    start = start_vectors(["dog", "gateway", "quota"], VECTORS, [("dog", "gateway", "quota")])
    np.testing.assert_allclose(start[0], [1.0, 0.0])
    assert not np.allclose(start[1], start[2])
    np.testing.assert_array_equal(start[1], start_vectors(["gateway"], VECTORS, [])[0])


def test_learnt_vectors_bring_words_together_that_stand_together() -> None:
    phrases = [("disk", "full"), ("disk", "full", "now"), ("user", "login"), ("user", "login", "now")]
    words = ["disk", "full", "login", "now", "user"]
    start = start_vectors(words, None, phrases)
    scaled = start / np.linalg.norm(start, axis=1, keepdims=True)
    likeness = scaled @ scaled.T
    assert likeness[0, 1] > likeness[0, 2]
    assert likeness[4, 2] > likeness[4, 1]


def test_imported_vectors_lie_in_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert imported() is None
    VECTORS.write(imported_path())
    found = TextResources(imported()).vectors()
    assert found is not None
    assert found.rows == VECTORS.rows
    assert TextResources().vectors() is None
