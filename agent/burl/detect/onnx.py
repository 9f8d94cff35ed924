"""Serves an ONNX model, as bundles once had: those that are trained now hold arrays (ADR 0012)."""

from collections.abc import Iterator
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from burl.errors import BundleError, Undecodable
from burl.receive.framing import submessages, varint

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = npt.NDArray[np.float32]

_PATH_TO_SHAPE = (7, 12, 2, 1, 2)
"""Field numbers of onnx.proto: ModelProto.graph.output.type.tensor_type.shape."""
_DIMENSION, _DIMENSION_VALUE = 1, b"\x08"
"""Field number of a shape's dimensions, and how one starts that is a number."""
_MAX_ROWS = 64
"""Rows of a batch: attention over more takes memory in their proportion, and is no faster."""


class OnnxModel:
    """A model with one output, whose inputs and output share their first axis (rows).

    The runtime, 50 MB, is loaded when there is something to compute.

    Attributes:
        content: the serialised model.
        shape: the declared dimensions of its output after the rows, 0 for one that varies.
    """

    def __init__(self, content: bytes) -> None:
        """Raises BundleError when `content` is no model, or there is nothing to run one."""
        if find_spec("onnxruntime") is None:
            raise BundleError("a network in ONNX needs burl-agent[onnx]; or train the bundle again")
        self.content = content
        try:
            self.shape = _declared_shape(content)[1:]
        except (Undecodable, StopIteration) as error:
            raise BundleError(f"an ONNX model cannot be read: {error}; train the bundle again") from error

    @cached_property
    def _session(self) -> "InferenceSession":
        import onnxruntime  # 50 MB, for when there is something to compute

        options = onnxruntime.SessionOptions()
        # One thread and no memory arena: the agent is a sidecar, and scores are cached above.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        try:
            return onnxruntime.InferenceSession(self.content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise BundleError(f"an ONNX model cannot be read: {error}; train the bundle again") from error

    def run(self, *inputs: npt.NDArray[Any]) -> Floats:
        """Return the output for at least one row; `inputs` in the model's order.

        Raises:
            BundleError: the inputs do not fit the model, which belongs to something else then; or
                onnxruntime cannot read it.
        """
        parts = [
            self._run([column[start : start + _MAX_ROWS] for column in inputs])
            for start in range(0, len(inputs[0]), _MAX_ROWS)
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def save(self, directory: Path, name: str) -> None:
        """Write the model."""
        (directory / f"{name}.onnx").write_bytes(self.content)

    def _run(self, inputs: list[npt.NDArray[Any]]) -> Floats:
        session = self._session
        named = dict(zip((each.name for each in session.get_inputs()), inputs, strict=True))
        try:
            output: Floats = session.run([session.get_outputs()[0].name], named)[0]
        except Exception as error:  # onnxruntime's errors have no base of their own
            raise BundleError(f"an ONNX model does not fit its use: {error}") from error
        return output


def _declared_shape(model: bytes) -> tuple[int, ...]:
    """Return the dimensions of a serialised model's output, 0 for one that varies.

    Raises Undecodable or StopIteration when it is no model.
    """
    for number in _PATH_TO_SHAPE:
        model = next(_fields(model, number))
    return tuple(
        varint(dimension, 1, len(dimension))[0] if dimension[:1] == _DIMENSION_VALUE else 0
        for dimension in _fields(model, _DIMENSION)
    )


def _fields(raw: bytes, number: int) -> Iterator[bytes]:
    return (raw[start:end] for start, end in submessages(raw, 0, len(raw), number))
