"""The encoder in torch and as it is served."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch

from burl.detect.lines.encoder import EncoderNetwork
from burl.detect.lines.network import EncoderConfig
from burl.detect.lines.scorer import NetworkScorer
from burl.detect.lines.training import Encoder, served
from burl.detect.recurrent import load_network
from burl.detect.training import repeatable
from burl.errors import BundleError

_WORDS = 9


def _network(layers: int = 2, outputs: int = 3) -> Encoder:
    start = np.random.default_rng(3).standard_normal((18, 12)).astype(np.float32)
    config = EncoderConfig(width=16, heads=2, layers=layers, hidden=24)
    with repeatable(layers):
        return Encoder(start, _WORDS, outputs, config, frozen=True).eval()


def _rows() -> npt.NDArray[np.int32]:
    rng = np.random.default_rng(3)
    rows = rng.integers(2, 20, (150, _WORDS)).astype(np.int32)
    rows[rng.random(rows.shape) < 0.2] = 1
    rows[np.arange(_WORDS) >= rng.integers(0, _WORDS + 1, 150)[:, None]] = 0
    return rows


def _first(outputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    first: npt.NDArray[np.float32] = outputs.mean(axis=0)[:, 0]
    return first


@pytest.mark.parametrize("layers", [1, 2, 3, 11])
def test_what_is_served_equals_torch(layers: int) -> None:
    network, words = _network(layers), _rows().astype(np.int64)
    with torch.no_grad():
        expected = network(torch.from_numpy(words)).numpy()
    actual = served(network).run(words)
    assert actual.dtype == np.float32
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


def test_several_are_asked_whatever_the_padding() -> None:
    networks, rows = [_network(1), _network(2)], _rows()
    with torch.no_grad():
        words = torch.from_numpy(rows.astype(np.int64))
        expected = sum(network(words)[:, 0].numpy() for network in networks) / len(networks)
    scorer = NetworkScorer(list(map(served, networks)), _first)
    np.testing.assert_allclose(scorer(rows), expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(scorer(np.pad(rows, ((0, 0), (0, 4)))), expected, rtol=1e-5, atol=1e-5)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    scorer = NetworkScorer([served(_network(1)), served(_network(2))], _first)
    scorer.save(tmp_path)
    np.testing.assert_array_equal(NetworkScorer.load(tmp_path, _first)(_rows()), scorer(_rows()))


def test_a_directory_without_networks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="train the bundle again"):
        NetworkScorer.load(tmp_path, _first)


@pytest.mark.parametrize("array", [None, np.array("text"), np.zeros((5, 5), np.float32)])
def test_weights_that_do_not_fit_each_other_are_refused(tmp_path: Path, array: object) -> None:
    served(_network()).save(tmp_path, "network0")
    with np.load(tmp_path / "network0.npz") as arrays:
        fitting = dict(arrays)
    for name in fitting:
        weights: dict[str, Any] = {**fitting, name: array}
        np.savez(tmp_path / "bad.npz", **{key: each for key, each in weights.items() if each is not None})
        with pytest.raises(BundleError, match="train the bundle again"):
            load_network(tmp_path, "bad", EncoderNetwork)
