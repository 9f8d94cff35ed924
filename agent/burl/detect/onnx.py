"""Serves an ONNX model on one thread, in batches of bounded size; knows nothing of training."""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from burl.errors import BundleError

Floats = npt.NDArray[np.float32]

_MAX_ROWS = 512
"""Rows of a batch: bounds the memory of what the network computes in between."""


class OnnxModel:
    """A model with one output, whose inputs and output share their first axis (rows).

    Args:
        content: the serialised model.

    Raises:
        BundleError: onnxruntime cannot read it.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        try:
            self._session = onnxruntime.InferenceSession(
                content, _options(), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise BundleError(f"an ONNX model cannot be read: {error}; train the bundle again") from error
        self._output: str = self._session.get_outputs()[0].name

    def run(self, **inputs: npt.NDArray[Any]) -> Floats:
        """Return the output for at least one row; `inputs` are named as in the model.

        Raises:
            BundleError: the inputs do not fit the model, which belongs to something else then.
        """
        rows = len(next(iter(inputs.values())))
        parts = [
            self._run({name: column[start : start + _MAX_ROWS] for name, column in inputs.items()})
            for start in range(0, rows, _MAX_ROWS)
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _run(self, inputs: dict[str, npt.NDArray[Any]]) -> Floats:
        try:
            output: Floats = self._session.run([self._output], inputs)[0]
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise BundleError(f"an ONNX model does not fit its use: {error}") from error
        return output


def _options() -> onnxruntime.SessionOptions:
    """One thread and no memory arena: the agent is a sidecar, and scores are cached above."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return options
