"""Recurrent networks as torch trains them and as numpy serves them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from burl.detect.cells import log_softmax
from burl.detect.deeplog.training import Trainer
from burl.detect.network import NetworkConfig
from burl.detect.recurrent import RecurrentNetwork, load_network
from burl.detect.training import Cell, Recurrent, served, weights_of
from burl.errors import BundleError

_ROWS = 600
"""More than two batches of the served network."""


def _network(cell: Cell = "lstm", layers: int = 2, values: int = 0) -> Recurrent:
    torch.manual_seed(layers)
    return Recurrent(9, values, 7, NetworkConfig(hidden=12, layers=layers, embedding=5), cell).eval()


@pytest.mark.parametrize("cell", ["lstm", "gru"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("values", [0, 2])
@pytest.mark.parametrize("time", [1, 10])
def test_what_is_served_equals_torch(cell: Cell, layers: int, values: int, time: int) -> None:
    network = _network(cell, layers, values)
    inputs = [torch.randint(9, (_ROWS, time)), torch.randn(_ROWS, time, values)][: 1 + bool(values)]
    with torch.no_grad():
        expected = network(*inputs).numpy()
    actual = served(network).run(*(column.numpy() for column in inputs))
    assert actual.dtype == np.float32
    np.testing.assert_allclose(actual, expected, atol=1e-5)


def test_large_weights_overflow_nowhere() -> None:
    weights = {name: weight * 1e4 for name, weight in weights_of(_network()).items()}
    logs = log_softmax(RecurrentNetwork(weights).run(np.zeros((3, 4), dtype=np.int64)))
    assert np.isfinite(logs).all()


def test_log_probabilities_stay_what_they_are() -> None:
    logs = log_softmax(np.array([[3.0, -50.0, 0.5]], dtype=np.float32))
    assert np.exp(logs).sum() == pytest.approx(1)
    np.testing.assert_allclose(log_softmax(logs), logs, atol=1e-6)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    network = served(_network())
    network.save(tmp_path, "model")
    symbols = np.arange(36).reshape(4, 9) % 9
    loaded = load_network(tmp_path, "model")
    assert loaded.shape == network.shape == (7,)
    np.testing.assert_array_equal(loaded.run(symbols), network.run(symbols))


def test_equal_seeds_train_equal_networks_and_leave_torch_as_it_was() -> None:
    windows = np.random.default_rng(0).integers(0, 6, (300, 5)).astype(np.int32)
    config = NetworkConfig(hidden=8, max_epochs=2)
    threads, state = torch.get_num_threads(), torch.random.get_rng_state()
    outputs = {
        Trainer(config, seed, lambda _stage, _share: None)
        .keys(windows, windows[:0], 6, 6)
        .run(windows[:, :-1])
        .tobytes()
        for seed in (1, 1, 2)
    }
    assert len(outputs) == 2
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("content", [b"", b"no model", bytes(1000)])
@pytest.mark.parametrize("ending", ["npz", "onnx"])
def test_what_is_no_network_is_refused(tmp_path: Path, content: bytes, ending: str) -> None:
    (tmp_path / f"model.{ending}").write_bytes(content)
    with pytest.raises(BundleError, match="train the bundle again"):
        load_network(tmp_path, "model")


def test_a_missing_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="train the bundle again"):
        load_network(tmp_path, "model")


@pytest.mark.parametrize("name", sorted(weights_of(_network())))
@pytest.mark.parametrize("array", [None, np.array("text"), np.float32(1), np.zeros(3, np.float32)])
def test_weights_that_do_not_fit_each_other_are_refused(tmp_path: Path, name: str, array: object) -> None:
    weights: dict[str, Any] = {**weights_of(_network()), name: array}
    np.savez(tmp_path / "model.npz", **{key: each for key, each in weights.items() if each is not None})
    with pytest.raises(BundleError, match="train the bundle again"):
        load_network(tmp_path, "model")


@pytest.mark.parametrize("value", [np.nan, np.inf, 1j])
def test_weights_that_are_no_finite_numbers_are_refused(tmp_path: Path, value: complex) -> None:
    weights = {**weights_of(_network()), "output.bias": np.full(7, value)}
    np.savez(tmp_path / "model.npz", **dict[str, Any](weights))
    with pytest.raises(BundleError, match="train the bundle again"):
        load_network(tmp_path, "model")


def test_symbols_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BundleError, match="does not fit"):
        served(_network()).run(np.full((1, 4), 9))
