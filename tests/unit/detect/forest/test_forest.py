from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import IsolationForest

from burl.detect.forest import Forest
from burl.detect.forest.training import grow_forest
from burl.errors import BundleError


def _samples(seed: int, count: int = 300, width: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, width))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 600), st.integers(1, 6))
def test_numpy_scores_as_scikit_learn_does(seed: int, count: int, width: int) -> None:
    train, test = _samples(seed, count, width).round(1), _samples(seed + 1, 50, width)
    forest = grow_forest(train, estimators=5, seed=seed)
    theirs = IsolationForest(n_estimators=5, max_samples=min(256, count), random_state=seed)
    theirs.fit(train.astype(np.float32))
    if count > 2:
        np.testing.assert_allclose(
            forest.scores(test), -theirs.score_samples(test.astype(np.float32)), rtol=1e-6
        )
    assert np.isfinite(forest.scores(test)).all()


def test_what_lies_far_off_scores_higher() -> None:
    forest = grow_forest(_samples(0), estimators=50, seed=0)
    near, far = forest.scores(np.array([[0.0] * 4, [9.0] * 4]))
    assert near < 0.5 < far


def test_a_loaded_forest_scores_the_same(tmp_path: Path) -> None:
    forest = grow_forest(_samples(1), estimators=10, seed=3)
    forest.save(tmp_path / "forest.npz")
    loaded = Forest.load(tmp_path / "forest.npz")
    np.testing.assert_array_equal(loaded.scores(_samples(2, 9_000)), forest.scores(_samples(2, 9_000)))


def test_samples_of_another_width_are_refused() -> None:
    with pytest.raises(BundleError, match="judges 4 features"):
        grow_forest(_samples(1), estimators=2, seed=0).scores(np.zeros((3, 5)))


def test_no_samples_get_no_scores() -> None:
    assert len(grow_forest(_samples(1), estimators=2, seed=0).scores(np.empty((0, 4)))) == 0


@pytest.mark.parametrize("content", [b"", b"no forest", bytes(100), b"PK\3\4" + bytes(100)])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "forest.npz"
    path.write_bytes(content)
    with pytest.raises(BundleError, match="cannot be read"):
        Forest.load(path)


def test_children_out_of_range_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "forest.npz"
    grow_forest(_samples(1), estimators=2, seed=0).save(path)
    arrays = dict(np.load(path))
    np.savez(path, **{**arrays, "lefts": arrays["lefts"] + 10_000})
    with pytest.raises(BundleError, match="is damaged"):
        Forest.load(path)
