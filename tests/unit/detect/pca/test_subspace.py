import numpy as np
import pytest

from burl.detect.pca.subspace import Subspace, q_limit


@pytest.mark.parametrize("variances", [(1.0,), (1.0, 0.5, 0.1), (3.0, 3.0, 3.0, 3.0)])
def test_the_limit_leaves_out_one_normal_vector_in_a_thousand(variances: tuple[float, ...]) -> None:
    rng = np.random.default_rng(1)
    residues = rng.standard_normal((200_000, len(variances))) * np.sqrt(variances)
    beyond = float(((residues**2).sum(axis=1) > q_limit(np.array(variances), 0.999)).mean())
    assert beyond == pytest.approx(0.001, rel=0.5)


def test_what_lies_in_the_subspace_has_no_error() -> None:
    rng = np.random.default_rng(1)
    counts = np.outer(rng.integers(1, 20, 200), [1.0, 2.0, 0.0])
    subspace = Subspace.of(counts, is_log=False, variance=0.95, confidence=0.999)
    assert subspace.errors(counts).max() < 1e-6
    assert subspace.errors(np.array([[5.0, 10.0, 3.0]]))[0] > 1
