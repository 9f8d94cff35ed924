"""The network of `dream` with what surrounds it: vocabulary, kinds, statistics of clean windows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from burl.detect.contexts import Symbols
from burl.detect.dream.clean import Clean
from burl.detect.dream.config import DreamConfig
from burl.detect.dream.network import DreamNetwork
from burl.detect.dream.stretches import NOTHING, Stretches, stretches
from burl.detect.recurrent import Network, load_network
from burl.detect.vocabulary import Vocabulary
from burl.errors import BundleError
from burl.receive.batch import Ints
from burl.window import Sequences

_PORTION = 2_048
"""Stretches asked at once: bounds the memory of the probabilities."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network says about one stretch: probabilities (out, symbols) and attention (out, in)."""

    probabilities: npt.NDArray[np.float64]
    attention: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DreamModel:
    """Everything learnt; `clean` has the statistics of each kind."""

    vocabulary: Vocabulary
    symbols: Symbols
    network: Network
    clean: Mapping[str, Clean]

    def stretches(self, sequences: Sequences, config: DreamConfig) -> Stretches:
        """Return what is judged of `sequences`."""
        dense = self.vocabulary.encode(sequences.templates, sequences.catalogue)
        return stretches(sequences, dense, self.symbols, config, config.test_stride)

    def missed(self, found: Stretches, config: DreamConfig) -> npt.NDArray[np.bool_]:
        """Return which events (n, out) are not the most probable ones; False where there is none."""
        return missed(self.network, found.symbols, config)

    def answer(self, stretch: npt.NDArray[np.int32], config: DreamConfig) -> Answer:
        """Return what the network says about one stretch."""
        output = self.network.run(stretch[None, : config.events_in].astype(np.int64))[0]
        logs, attention = output[:, : -config.events_in], output[:, -config.events_in :]
        return Answer(np.exp(logs.astype(np.float64)), attention.astype(np.float64))

    def save(self, directory: Path) -> None:
        """Write the model."""
        self.vocabulary.save(directory / "vocabulary.json")
        clean = {kind: clean.to_json() for kind, clean in self.clean.items()}
        content = {"kinds": self.symbols.kinds, "clean": clean}
        (directory / "clean.json").write_text(json.dumps(content), encoding="utf-8")
        self.network.save(directory, "dream")

    @classmethod
    def load(cls, directory: Path, config: DreamConfig) -> Self:
        """Read what `save` wrote. Raises BundleError when it is damaged, or does not fit `config`."""
        vocabulary = Vocabulary.load(directory / "vocabulary.json")
        try:
            content = json.loads((directory / "clean.json").read_text(encoding="utf-8"))
            clean = {str(kind): Clean.from_json(data) for kind, data in content["clean"].items()}
            symbols = Symbols(len(vocabulary), tuple(map(str, content["kinds"])))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise BundleError(f"dream in {directory} cannot be read: {error!r}; retrain") from error
        network = load_network(directory, "dream", DreamNetwork)
        if set(clean) != set(symbols.kinds):
            raise BundleError(f"dream in {directory}: the kinds of its statistics differ; retrain")
        if network.shape != (config.events_out, len(symbols) + config.events_in):
            raise BundleError(f"dream in {directory}: network and settings differ in size; retrain")
        return cls(vocabulary, symbols, network, clean)


def missed(network: Network, found: npt.NDArray[np.int32], config: DreamConfig) -> npt.NDArray[np.bool_]:
    """Return which events (n, out) of stretches (n, in + out) are not the most probable ones."""
    distinct, inverse = np.unique(found, axis=0, return_inverse=True)
    parts = [_missed(network, distinct[i : i + _PORTION], config) for i in range(0, len(distinct), _PORTION)]
    if not parts:
        return np.empty((0, config.events_out), dtype=np.bool_)
    return np.concatenate(parts)[inverse.ravel()]


def _missed(network: Network, found: npt.NDArray[np.int32], config: DreamConfig) -> npt.NDArray[np.bool_]:
    output = network.run(found[:, : config.events_in].astype(np.int64))
    came = found[:, config.events_in :]
    wrong: npt.NDArray[np.bool_] = output[:, :, : -config.events_in].argmax(axis=2) != came
    wrong &= came != NOTHING
    return wrong


def totals(found: Stretches, wrong: npt.NDArray[np.bool_], config: DreamConfig) -> tuple[Ints, Ints]:
    """Return how many events of each window were misclassified, and how many were judged."""
    count = len(found.rows)
    of_window = np.repeat(found.windows, config.events_out)
    is_event = (found.symbols[:, config.events_in :] != NOTHING).ravel()
    misses = np.bincount(of_window[wrong.ravel()], minlength=count)
    judged = np.bincount(of_window[is_event], minlength=count)
    extra = found.unseen if config.unseen == "anomalous" else np.zeros(count, dtype=np.int64)
    return misses + extra, judged + extra
