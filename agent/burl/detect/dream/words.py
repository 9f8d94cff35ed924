"""Says what is odd in a window, and what the network looked at."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from burl.detect.base import Explanation
from burl.detect.dream.config import DreamConfig
from burl.detect.dream.model import DreamModel, totals
from burl.detect.dream.stretches import Stretches
from burl.window import Sequences


@dataclass(frozen=True, slots=True)
class Window:
    """One window of one sequence.

    Attributes:
        row: of the sequence.
        distance: of its misclassified share from that of clean windows, in standard deviations.
        position: flat position of the first misclassified event, of the first event where none is.
        found: its stretches only, with windows numbered from 0.
        wrong: (n, out): which events were misclassified.
    """

    row: int
    distance: float
    position: int
    found: Stretches
    wrong: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls, row: int, window: int, distance: float, found: Stretches, wrong: npt.NDArray[np.bool_]
    ) -> Self:
        """Return number `window` of `found`, which belongs to sequence `row`."""
        first, last = found.windows.searchsorted([window, window + 1]).tolist()
        mine = Stretches(
            found.symbols[first:last],
            np.zeros(last - first, dtype=np.int64),
            found.positions[first:last],
            found.rows[window : window + 1],
            found.unseen[window : window + 1],
        )
        misses = mine.positions[wrong[first:last]]
        position = int(misses[0] if len(misses) else mine.positions[0, 0])
        return cls(row, distance, position, mine, wrong[first:last])

    def explanation(self, one: Sequences, model: DreamModel, config: DreamConfig) -> Explanation:
        """Return why the window is odd; `one` is exactly its sequence."""
        misses, judged = (int(column[0]) for column in totals(self.found, self.wrong, config))
        kind, clean = one.kinds[0], model.clean[one.kinds[0]]
        share = misses / judged
        subject = f"{kind} {one.keys[0]}" if one.unit == "session" else f"stream {one.keys[0]}"
        usual = f"{clean.mean:.1%} are usual, {float(clean.deviation(float(judged))):.1%} the deviation"
        reason = (
            f"{subject}: {share:.1%} of {judged} events are not what the {config.events_in} before"
            f" let expect; {usual}"
        )
        times = one.times_ns[self.found.positions.min() : self.found.positions.max() + 1]
        found = Explanation(
            "sequence",
            reason,
            template=int(one.templates[self.position]),
            expected_value=clean.mean,
            actual_value=share,
            start_ns=int(times.min()),
            end_ns=int(times.max()),
            decisive=self.distance > config.deviations,
        )
        if self.wrong.any():
            self._name_worst(found, one, model, config)
        return found

    def _name_worst(self, found: Explanation, one: Sequences, model: DreamModel, config: DreamConfig) -> None:
        """Add the first stretch with most misclassified events: what was expected, what was looked at."""
        worst = int(self.wrong.sum(axis=1).argmax())
        stretch = self.found.symbols[worst]
        step = int(self.wrong[worst].argmax())
        answer = model.answer(stretch, config)
        expected = int(answer.probabilities[step].argmax())
        index = model.vocabulary.decode(expected, one.catalogue)
        found.template = int(one.templates[self.found.positions[worst, step]])
        found.expected_templates = [index] if index >= 0 else []
        came = stretch[config.events_in + step]
        looked = [_name(int(symbol), one, model) for symbol in stretch[: config.events_in]]
        weights = answer.attention[step]
        found.reason += (
            f"; first in the worst stretch {_name(int(came), one, model)} came instead of"
            f" {_name(expected, one, model)}, looking mostly at {looked[int(weights.argmax())]}"
        )
        found.probability = float(answer.probabilities[step, came])
        found.detail = {
            "attention_events": looked,
            "attention_weights": [round(float(weight), 4) for weight in weights],
        }


def _name(symbol: int, one: Sequences, model: DreamModel) -> str:
    if symbol == model.symbols.end:
        return "the end"
    if symbol > model.symbols.end:
        return "the beginning"
    index = model.vocabulary.decode(symbol, one.catalogue)
    return f"'{one.catalogue[index].text}'" if index >= 0 else model.vocabulary.ids[symbol]
