"""The encoder in torch and as it is served."""

import numpy as np
import torch

from burl.detect.lines.network import EncoderConfig
from burl.detect.lines.scorer import OnnxScorer
from burl.detect.lines.training import Encoder, export_encoders
from burl.detect.training import repeatable


def test_onnx_of_several_gives_what_torch_gives_whatever_the_padding() -> None:
    rng = np.random.default_rng(3)
    rows = rng.integers(2, 20, (70, 9)).astype(np.int32)
    rows[rng.random(rows.shape) < 0.2] = 1
    rows[np.arange(9) >= rng.integers(1, 10, 70)[:, None]] = 0
    with repeatable(3):
        start = rng.standard_normal((18, 12)).astype(np.float32)
        config = EncoderConfig(width=16, heads=2, layers=2, hidden=24)
        networks = [Encoder(start, 9, 1, config, frozen=True).eval() for _ in range(2)]
        with torch.no_grad():
            words = torch.from_numpy(rows.astype(np.int64))
            expected = sum(network(words)[:, 0].numpy() for network in networks) / len(networks)
    graph, outputs = export_encoders(networks)
    served = OnnxScorer(graph.model(graph.add("Mean", *outputs), 1))
    np.testing.assert_allclose(served(rows), expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(served(np.pad(rows, ((0, 0), (0, 4)))), expected, rtol=1e-5, atol=1e-5)
