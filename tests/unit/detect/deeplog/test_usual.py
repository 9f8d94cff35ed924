from pathlib import Path

import numpy as np
import pytest

from burl.detect.deeplog.usual import Usual
from burl.errors import BundleError

_WINDOWS = np.array([[1, 2, 3]] * 90 + [[1, 2, 4]] * 10 + [[1, 2, 5]] * 5 + [[7, 7, 3]] * 20, dtype=np.int32)


def test_what_came_often_is_no_odder_than_its_share() -> None:
    asked = np.array([[1, 2, 3], [1, 2, 4], [7, 7, 3]], dtype=np.int32)
    shares = np.array([90 / 105, 10 / 105, 1.0])
    np.testing.assert_allclose(Usual.of(_WINDOWS).limited(asked, np.full(3, 5.0)), -np.log10(shares))


def test_what_came_seldom_or_never_is_left_to_the_network() -> None:
    asked = np.array([[1, 2, 5], [9, 9, 9]], dtype=np.int32)
    assert Usual.of(_WINDOWS).limited(asked, np.array([5.0, 6.0])).tolist() == [5.0, 6.0]


def test_a_surprise_below_the_limit_stays() -> None:
    assert Usual.of(_WINDOWS).limited(_WINDOWS[90:91], np.array([0.5])).tolist() == [0.5]


def test_it_knows_what_came_often() -> None:
    asked = np.array([[1, 2, 3], [1, 2, 5], [9, 9, 9]], dtype=np.int32)
    assert Usual.of(_WINDOWS).holds(asked).tolist() == [True, False, False]


def test_it_survives_the_bundle_and_damage_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "usual.npz"
    Usual.of(_WINDOWS).save(path)
    asked = np.unique(_WINDOWS, axis=0)
    many = np.full(len(asked), 9.0)
    np.testing.assert_array_equal(
        Usual.load(path).limited(asked, many), Usual.of(_WINDOWS).limited(asked, many)
    )
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(BundleError, match="cannot be read"):
        Usual.load(path)
