"""Grows isolation forests with scikit-learn; needs the extra `train`."""

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import IsolationForest

from burl.detect.forest.forest import Floats, Forest
from burl.receive.batch import Ints

_LEAF = -1


def grow_forest(
    samples: npt.NDArray[np.floating], *, estimators: int, seed: int, max_samples: int = 256
) -> Forest:
    """Return a forest grown on `samples` (n, width), at least one.

    Args:
        samples: normal ones; a feature that is constant here is never asked for.
        estimators: trees.
        seed: equal seeds and samples give equal forests.
        max_samples: samples that each tree sees (psi of the paper), of fewer all.
    """
    grown = IsolationForest(
        n_estimators=estimators, max_samples=min(max_samples, len(samples)), random_state=seed
    )
    grown.fit(samples.astype(np.float32))
    trees = [each.tree_ for each in grown.estimators_]
    counts = [int(tree.node_count) for tree in trees]
    roots = np.cumsum([0, *counts[:-1]], dtype=np.int64)
    bases = np.repeat(roots, counts)
    itself = np.arange(len(bases))
    lefts = np.concatenate([tree.children_left for tree in trees]).astype(np.int64)
    rights = np.concatenate([tree.children_right for tree in trees]).astype(np.int64)
    is_leaf = lefts == _LEAF
    lefts, rights = np.where(is_leaf, itself, lefts + bases), np.where(is_leaf, itself, rights + bases)
    depths = _depths(roots, lefts, rights)
    inside = np.concatenate([tree.n_node_samples for tree in trees]).astype(np.float64)
    return Forest(
        width=samples.shape[1],
        depth=int(depths.max()),
        normal_length=max(float(_average_length(np.array([float(grown.max_samples_)]))[0]), 1.0),
        roots=roots,
        features=np.where(is_leaf, 0, np.concatenate([tree.feature for tree in trees])).astype(np.int64),
        thresholds=np.where(is_leaf, np.inf, np.concatenate([tree.threshold for tree in trees])),
        lefts=lefts,
        rights=rights,
        lengths=np.where(is_leaf, depths + _average_length(inside), 0.0),
    )


def _depths(roots: Ints, lefts: Ints, rights: Ints) -> Ints:
    """Return how many steps each node is away from its root."""
    depths = np.zeros(len(lefts), dtype=np.int64)
    level, step = roots, 0
    while len(level):
        step += 1
        inner = level[lefts[level] != level]
        level = np.concatenate([lefts[inner], rights[inner]])
        depths[level] = step
    return depths


def _average_length(samples: Floats) -> Floats:
    """Return c(n) of the paper: the mean path length of an unsuccessful search among n samples."""
    more = np.maximum(samples, 3.0)
    lengths = 2.0 * (np.log(more - 1.0) + np.euler_gamma) - 2.0 * (more - 1.0) / more
    return np.where(samples > 2, lengths, np.where(samples == 2, 1.0, 0.0))  # as the paper has it
