import numpy as np
import pytest
import torch

from burl.detect.deeplog.training import Trainer, export_keys, export_values
from burl.detect.network import NetworkConfig
from burl.detect.onnx import OnnxModel
from burl.detect.training import Recurrent
from burl.errors import BundleError

_ROWS = 1_300
"""More than two batches of the served model."""


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_key_model_in_onnx_equals_torch(layers: int) -> None:
    torch.manual_seed(layers)
    network = Recurrent(9, 0, 7, NetworkConfig(hidden=12, layers=layers, embedding=5)).eval()
    symbols = torch.randint(9, (_ROWS, 4))
    with torch.no_grad():
        expected = network(symbols).log_softmax(1).numpy()
    actual = OnnxModel(export_keys(network)).run(symbols=symbols.numpy())
    np.testing.assert_allclose(actual, expected, atol=1e-5)


def test_the_value_model_in_onnx_equals_torch() -> None:
    torch.manual_seed(1)
    network = Recurrent(3, 2, 2, NetworkConfig(hidden=12, layers=1, embedding=5)).eval()
    keys, values = torch.randint(3, (_ROWS, 4)), torch.randn(_ROWS, 4, 2)
    with torch.no_grad():
        expected = network(keys, values).numpy()
    actual = OnnxModel(export_values(network)).run(keys=keys.numpy(), values=values.numpy())
    np.testing.assert_allclose(actual, expected, atol=1e-5)


def test_a_trained_network_gives_the_same_verdicts_in_onnx() -> None:
    windows = np.unique(np.random.default_rng(0).integers(0, 6, (400, 5)).astype(np.int32), axis=0)
    config = NetworkConfig(hidden=16, max_epochs=3)
    network = Trainer(config, 1, lambda _stage, _share: None).keys(windows, windows[:0], 6, 6)
    with torch.no_grad():
        expected = network(torch.from_numpy(windows[:, :-1].astype(np.int64))).numpy()
    actual = OnnxModel(export_keys(network)).run(symbols=windows[:, :-1].astype(np.int64))
    came = windows[:, -1:].astype(np.int64)
    ranks = [(logs > np.take_along_axis(logs, came, 1)).sum(1) for logs in (expected, actual)]
    np.testing.assert_array_equal(ranks[0] >= 3, ranks[1] >= 3)


def test_equal_seeds_train_equal_networks_and_leave_torch_as_it_was() -> None:
    windows = np.random.default_rng(0).integers(0, 6, (300, 5)).astype(np.int32)
    config = NetworkConfig(hidden=8, max_epochs=2)
    threads, state = torch.get_num_threads(), torch.random.get_rng_state()
    contents = {
        export_keys(Trainer(config, seed, lambda _stage, _share: None).keys(windows, windows[:0], 6, 6))
        for seed in (1, 1, 2)
    }
    assert len(contents) == 2
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("content", [b"", b"no model", bytes(1000)])
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(BundleError, match="train the bundle again"):
        OnnxModel(content)


def test_inputs_that_do_not_fit_are_refused() -> None:
    network = Recurrent(3, 0, 2, NetworkConfig(hidden=4, layers=1, embedding=2)).eval()
    with pytest.raises(BundleError, match="does not fit"):
        OnnxModel(export_keys(network)).run(symbols=np.full((1, 4), 7))
