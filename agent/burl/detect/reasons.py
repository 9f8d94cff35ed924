"""Says in words what a model that predicts the next event saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from burl.detect.base import Explanation
from burl.detect.vocabulary import Vocabulary
from burl.window import Sequences

_EXPECTED = 3
"""How many expected events are named."""
_WHOLE_PERCENT = 10
"""From here on a share is told without decimals."""


class Prediction(NamedTuple):
    """What a model expected at the end of a window, and what came: symbols, and how probable they were.

    Attributes:
        came: what came.
        before: what stood before it.
        likely: what was most probable besides, the likeliest first.
        probability: of what came.
        share: the same for people.
        shares: for people, of those that were likely.
        detail: the numbers of an explanation.
    """

    came: int
    before: int
    likely: list[int]
    probability: float
    share: str
    shares: list[str]
    detail: Mapping[str, Any]

    @classmethod
    def of(cls, window: npt.NDArray[np.int32], logs: npt.NDArray[np.float32], vocabulary: Vocabulary) -> Self:
        """The last symbol of `window` came; `logs` are the log probabilities of all that could."""
        came = int(window[-1])
        early = came == vocabulary.unseen + 1  # then the end stands between the last event and the pad
        before = int(window[-3 if early else -2])
        order = np.argsort(-logs, kind="stable").tolist()
        likely = [symbol for symbol in order if symbol != came][:_EXPECTED]
        probability, *others = (float(np.exp(logs[symbol])) for symbol in (came, *likely))
        detail = {
            "expected_probabilities": [round(other, 6) for other in others],
            "rank": int(np.count_nonzero(logs > logs[came])) + 1,
        }
        return cls(
            came, before, likely, probability, _percent(probability), list(map(_percent, others)), detail
        )


@dataclass(frozen=True, slots=True)
class Reason:
    """Explains one sequence.

    Attributes:
        sequences: the sequence is one of these.
        row: which.
        position: flat position of the record that is named.
        decisive: whether the paper's rule, too, calls it abnormal.
    """

    sequences: Sequences
    row: int
    position: int
    decisive: bool

    def unjudged(self) -> Explanation:
        """The kind of sequence was not in training."""
        return self._explanation(f"{self._subject}: none like it was in training, so it is not judged")

    def unseen(self) -> Explanation:
        """The named event was never seen in training."""
        text = self.sequences.catalogue[self._template].text
        return self._explanation(f"{self._subject}: '{text}' was never seen in training")

    def improbable(self, predicted: Prediction, vocabulary: Vocabulary) -> Explanation:
        """Something else was expected; symbols are those of `vocabulary`."""
        expected = zip(predicted.likely, predicted.shares, strict=True)
        named = " or ".join(f"{self._name(symbol, vocabulary)} ({share})" for symbol, share in expected)
        before, came = self._name(predicted.before, vocabulary), self._name(predicted.came, vocabulary)
        reason = (
            f"{self._subject}: after {before} came {came} (probability {predicted.share}); expected {named}"
        )
        found = self._explanation(reason)
        found.probability, found.detail = predicted.probability, predicted.detail
        templates = [vocabulary.decode(symbol, self.sequences.catalogue) for symbol in predicted.likely]
        found.expected_templates = [template for template in templates if template >= 0]
        return found

    @property
    def _subject(self) -> str:
        kind, key = self.sequences.kinds[self.row], self.sequences.keys[self.row]
        return f"{kind} {key}" if self.sequences.unit == "session" else f"stream {key}"

    @property
    def _template(self) -> int:
        return int(self.sequences.templates[self.position])

    def _name(self, symbol: int, vocabulary: Vocabulary) -> str:
        if symbol == vocabulary.unseen:
            return "the end"
        if symbol == vocabulary.unseen + 1:
            return "the end, earlier than in training"
        if symbol > vocabulary.unseen:
            return "the beginning"
        index = vocabulary.decode(symbol, self.sequences.catalogue)
        return f"'{self.sequences.catalogue[index].text}'" if index >= 0 else vocabulary.ids[symbol]

    def _explanation(self, reason: str) -> Explanation:
        sequences, row = self.sequences, self.row
        start, stop = int(sequences.offsets[row] + sequences.leads[row]), int(sequences.offsets[row + 1])
        times_ns = sequences.times_ns[start:stop].tolist()
        return Explanation(
            kind="sequence",
            reason=reason,
            template=self._template,
            start_ns=min(times_ns),
            end_ns=max(times_ns),
            decisive=self.decisive,
        )


def _percent(probability: float) -> str:
    share = 100 * probability
    return f"{share:.2g} %" if share < _WHOLE_PERCENT else f"{share:.0f} %"
