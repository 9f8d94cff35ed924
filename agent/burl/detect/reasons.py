"""Says in words what a model that predicts the next event saw."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from burl.detect.base import Explanation
from burl.detect.vocabulary import Vocabulary
from burl.window import Sequences

_EXPECTED = 3
"""How many expected events are named."""
_WHOLE_PERCENT = 10
"""From here on a share is told without decimals."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Explains one sequence.

    Attributes:
        sequence: exactly one sequence.
        position: flat position of the record that is named.
        decisive: whether the paper's rule, too, calls it abnormal.
    """

    sequence: Sequences
    position: int
    decisive: bool

    def unjudged(self) -> Explanation:
        """The kind of sequence was not in training."""
        return self._explanation(f"{self._subject}: none like it was in training, so it is not judged")

    def unseen(self) -> Explanation:
        """The named event was never seen in training."""
        text = self.sequence.catalogue[self._template].text
        return self._explanation(f"{self._subject}: '{text}' was never seen in training")

    def improbable(
        self, window: npt.NDArray[np.int32], logs: npt.NDArray[np.float32], vocabulary: Vocabulary
    ) -> Explanation:
        """The last symbol of `window` came; `logs` are the log probabilities of all that could."""
        came = int(window[-1])
        order = np.argsort(-logs, kind="stable")
        likely = [int(symbol) for symbol in order if symbol != came][:_EXPECTED]
        named = " or ".join(f"{self._name(s, vocabulary)} ({_percent(logs[s])})" for s in likely)
        early = came == vocabulary.unseen + 1  # then the end stands between the last event and the pad
        before = self._name(int(window[-3 if early else -2]), vocabulary)
        reason = (
            f"{self._subject}: after {before} came {self._name(came, vocabulary)}"
            f" (probability {_percent(logs[came])}); expected {named}"
        )
        found = self._explanation(reason)
        found.probability = float(np.exp(logs[came]))
        indexes = [vocabulary.decode(s, self.sequence.catalogue) for s in likely if s < vocabulary.unseen]
        found.expected_templates = [index for index in indexes if index >= 0]
        found.detail = {
            "expected_probabilities": [round(float(np.exp(logs[s])), 6) for s in likely],
            "rank": int(np.count_nonzero(logs > logs[came])) + 1,
        }
        return found

    @property
    def _subject(self) -> str:
        kind, key = self.sequence.kinds[0], self.sequence.keys[0]
        return f"{kind} {key}" if self.sequence.unit == "session" else f"stream {key}"

    @property
    def _template(self) -> int:
        return int(self.sequence.templates[self.position])

    def _name(self, symbol: int, vocabulary: Vocabulary) -> str:
        if symbol == vocabulary.unseen:
            return "the end"
        if symbol == vocabulary.unseen + 1:
            return "the end, earlier than in training"
        if symbol > vocabulary.unseen:
            return "the beginning"
        index = vocabulary.decode(symbol, self.sequence.catalogue)
        return f"'{self.sequence.catalogue[index].text}'" if index >= 0 else vocabulary.ids[symbol]

    def _explanation(self, reason: str) -> Explanation:
        lead = int(self.sequence.leads[0])
        times = self.sequence.times_ns[lead:]
        return Explanation(
            kind="sequence",
            reason=reason,
            template=self._template,
            start_ns=int(times.min()),
            end_ns=int(times.max()),
            decisive=self.decisive,
        )


def _percent(log: np.float32) -> str:
    share = 100 * float(np.exp(log))
    return f"{share:.2g} %" if share < _WHOLE_PERCENT else f"{share:.0f} %"
