from pathlib import Path

import numpy as np
import pytest

from burl.detect.vocabulary import Vocabulary
from burl.errors import BundleError
from burl.parse import Catalogue, Template


def _catalogue(*ids: str) -> Catalogue:
    catalogue = Catalogue()
    for identifier in ids:
        catalogue.add(Template(identifier, f"text of {identifier}"))
    return catalogue


def test_unknown_templates_are_unseen() -> None:
    vocabulary, catalogue = Vocabulary(["a", "b"]), _catalogue("b", "x", "a")
    assert vocabulary.encode(np.array([0, 1, 2, 0]), catalogue).tolist() == [1, 2, 0, 1]
    assert vocabulary.unseen == len(vocabulary) == 2


def test_follows_a_growing_catalogue_and_another_one() -> None:
    vocabulary, catalogue = Vocabulary(["a", "b"]), _catalogue("x")
    assert vocabulary.encode(np.array([0]), catalogue).tolist() == [2]
    catalogue.add(Template("b", "text of b"))
    assert vocabulary.encode(np.array([0, 1]), catalogue).tolist() == [2, 1]
    assert vocabulary.encode(np.array([0]), _catalogue("a")).tolist() == [0]


def test_superseded_ids_lead_to_the_trained_one() -> None:
    vocabulary = Vocabulary(["a"], {"online": "later", "later": "a", "circle": "circle"})
    encoded = vocabulary.encode(np.array([0, 1, 2]), _catalogue("online", "later", "circle"))
    assert encoded.tolist() == [0, 0, 1]


def test_decode_is_the_inverse_of_encode() -> None:
    vocabulary, catalogue = Vocabulary(["a", "b", "gone"]), _catalogue("b", "x", "a")
    assert [vocabulary.decode(dense, catalogue) for dense in (0, 1, 2, 3)] == [2, 0, -1, -1]


def test_survives_a_file(tmp_path: Path) -> None:
    path = tmp_path / "vocabulary.json"
    Vocabulary(["a"], {"old": "a"}).save(path)
    assert Vocabulary.load(path).encode(np.array([0, 1]), _catalogue("old", "x")).tolist() == [0, 1]


@pytest.mark.parametrize("content", ["", "[]", '{"ids": 3, "supersedes": {}}', '{"ids": []}'])
def test_refuses_a_damaged_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "vocabulary.json"
    path.write_text(content)
    with pytest.raises(BundleError, match="cannot be read"):
        Vocabulary.load(path)
