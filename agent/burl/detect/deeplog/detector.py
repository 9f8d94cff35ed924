"""The `deeplog` detector."""

from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from burl.detect.base import Corpus, Detector, DetectorConfig, Explanation, Progress, Scores, Units
from burl.detect.deeplog.keys import KeyModel
from burl.detect.deeplog.settings import DeepLogConfig
from burl.detect.deeplog.values import ValueModel
from burl.window import Events, Sequences, Unit


class DeepLog(Detector):
    """DeepLog (Du, Li, Zheng, Srikumar, CCS 2017).

    Units "session" and "window" are scored by the key model, "event" by the parameter-value model.

    **Key model.** A two-layer LSTM predicts the next log key from the last h. The raw score of a sequence is
    the largest -log10 of the probability of an event in it: it orders sequences that the paper's rule (not
    among the g most probable) puts into two heaps. On held-out normal sessions of HDFS against the same with
    events moved, cut or put in, it found .88-.90 at 1 % false ones; the probability of anything as improbable
    .84-.89, the rank with the probability as a tie-break .75-.81. An event that came often after the same h
    is never odder than its share in training says (see `burl.detect.deeplog.usual`). The paper leaves open:

    - the ends: sessions get a start (one for each kind of session), an end, and, when shorter than h, the
      padding of the reference code; without the last, DeepLog on HDFS depends on how an end, in a place where
      none ever was, ranks among 15 other events that never came there either (F1 .72-.97 by seed).
    - the weights: distinct windows, each counted once; dropout .2 (held-out loss .58, without .59).
    - events never seen in training: left out of the history; odd in themselves only when `unseen` says so.

    **Parameter-value model.** See `burl.detect.deeplog.values`.
    """

    name: ClassVar[str] = "deeplog"
    config_type: ClassVar[type[DetectorConfig]] = DeepLogConfig
    units: ClassVar[tuple[Unit, ...]] = ("session", "window", "event")
    kinds: ClassVar[tuple[str, ...]] = ("sequence", "parameter")
    config: DeepLogConfig

    def __init__(self, unit: Unit | None = None, config: DetectorConfig | None = None, seed: int = 0) -> None:
        """Args: as `Detector`."""
        super().__init__(unit, config, seed)
        self._keys = KeyModel(self.unit, self.config)
        self._values = ValueModel(self.config)

    def fit(self, corpus: Corpus, progress: Progress) -> None:
        """Train on `corpus`; an exception or Ctrl-C leaves what was learnt before as it was."""
        if self.unit == "event":
            self._values.fit(corpus, progress, self.seed)
        else:
            self._keys.fit(corpus, progress, self.seed)

    def export(self, directory: Path) -> None:
        """Write the network as arrays, what surrounds it as JSON."""
        if self.unit == "event":
            self._values.export(directory)
        else:
            self._keys.export(directory)

    @classmethod
    def load(cls, directory: Path, unit: Unit, config: DetectorConfig) -> Self:
        """Read what `export` wrote. Raises BundleError when it is damaged."""
        detector = cls(unit, config)
        if unit == "event":
            detector._values = ValueModel.load(directory, detector.config)
        else:
            detector._keys = KeyModel.load(directory, unit, detector.config)
        return detector

    def score(self, units: Units) -> Scores:
        """Score sequences by their most improbable event, events by their oddest value."""
        if self.unit == "event":
            return self._values.score(_events(units), self.service_key)
        return self._keys.score(_sequences(units))

    def verdicts(self, units: Units, scores: Scores) -> npt.NDArray[np.bool_]:
        """Return which units break the paper's rule."""
        return (
            super().verdicts(units, scores) if self.unit == "event" else self._keys.broken(_sequences(units))
        )

    def explain(self, units: Units, row: int) -> Explanation:
        """Say what was expected, what came."""
        if self.unit == "event":
            return self._values.explain(_events(units), row)
        return self._keys.explain(_sequences(units), row)

    def state(self) -> Any:
        """Return the latest values of each series; the key model keeps none."""
        return self._values.state()

    def restore(self, state: Any) -> None:
        """Continue from `state`."""
        self._values.restore(state)


def _events(units: Units) -> Events:
    if not isinstance(units, Events):
        raise TypeError(f"deeplog:event scores events, not {type(units).__name__}")
    return units


def _sequences(units: Units) -> Sequences:
    if not isinstance(units, Sequences):
        raise TypeError(f"deeplog scores sequences, not {type(units).__name__}")
    return units
