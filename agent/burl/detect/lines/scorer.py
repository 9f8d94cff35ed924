"""What a trained model of lines does while serving."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from burl.detect.lines.encoder import EncoderNetwork
from burl.detect.lines.lexicon import PAD, Rows
from burl.detect.recurrent import Network, load_network
from burl.errors import BundleError

Floats = npt.NDArray[np.float64]

Head = Callable[[npt.NDArray[np.float32]], npt.NDArray[np.float32]]
"""From the outputs of all networks (networks, rows, outputs) to the score of each row."""

_OLD = "network"
"""Bundles once had all networks and the head in one graph of ONNX."""


class Scorer(Protocol):
    """Scores lines."""

    def __call__(self, rows: Rows) -> Floats:
        """Return a score for each of `rows` (n, max_words), n >= 1."""
        ...

    def save(self, directory: Path) -> None:
        """Write the model."""
        ...


class NetworkScorer:
    """Networks over the words of a line, whose outputs a head turns into one score."""

    def __init__(self, networks: Sequence[Network], head: Head) -> None:
        self._networks, self._head = networks, head

    def __call__(self, rows: Rows) -> Floats:
        """Return the score of each row; padding common to all is cut off."""
        width = max(int((rows != PAD).any(axis=0).sum()), 1)
        words = rows[:, :width].astype(np.int64)
        outputs = np.stack([network.run(words) for network in self._networks])
        return self._head(outputs).astype(np.float64)

    def save(self, directory: Path) -> None:
        """Write the networks."""
        for number, network in enumerate(self._networks):
            network.save(directory, f"network{number}")

    @classmethod
    def load(cls, directory: Path, head: Head) -> Self:
        """Read what `save` wrote. Raises BundleError."""
        if (directory / f"{_OLD}.onnx").exists():
            return cls([load_network(directory, _OLD)], _old_score)
        names = sorted(path.stem for path in directory.glob("network*.npz"))
        if not names:
            raise BundleError(f"{directory} holds no network; train the bundle again")
        return cls([load_network(directory, name, EncoderNetwork) for name in names], head)


def _old_score(outputs: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the output of a graph that has its head in it."""
    score: npt.NDArray[np.float32] = outputs[0, :, 0]
    return score
