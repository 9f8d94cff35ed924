"""The network of `dream` in numpy: a GRU encoder, attention, a GRU decoder that sees only the context."""

from typing import Any

import numpy as np
import numpy.typing as npt

from burl.detect.cells import Dense, Embedding, Floats, Gru, Weights, log_softmax
from burl.detect.recurrent import ArrayNetwork


class DreamNetwork(ArrayNetwork):
    """`run` takes symbols (rows, inputs) and returns (rows, steps, symbols + inputs).

    The last axis holds the log probabilities and, after them, the attention on each input. `span` among the
    weights is (inputs, steps).
    """

    def __init__(self, weights: Weights) -> None:
        """Raises KeyError, ValueError or IndexError where `weights` are not those of such a network."""
        super().__init__(weights)
        self._embedding = Embedding(weights)
        self._encoder, self._decoder = Gru(weights, "encoder", 0), Gru(weights, "decoder", 0)
        self._read, self._ask, self._fit = (Dense(weights, name) for name in ("read", "ask", "fit"))
        self._output = Dense(weights, "output")
        inputs, self._steps = map(int, weights["span"])
        self.shape = self._outputs(np.zeros((1, inputs), np.int64)).shape[1:]  # do shapes fit each other?

    def _outputs(self, *inputs: npt.NDArray[Any]) -> Floats:
        (symbols,) = inputs
        states = np.stack(self._encoder.states(self._embedding(symbols)))
        read, state = self._read(states), states[-1]
        steps = []
        for _ in range(self._steps):
            fits = self._fit(np.tanh(read + self._ask(state)))
            look = np.exp(fits - fits.max(axis=0))
            look /= look.sum(axis=0)
            state = self._decoder.step((look * states).sum(axis=0), state)
            steps.append(np.concatenate([log_softmax(self._output(state).T), look[:, 0].T], axis=1))
        return np.stack(steps, axis=1)
