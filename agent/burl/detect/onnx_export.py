"""Builds ONNX graphs of recurrent networks from their weights; training only (extra `train`).

The graph is written node by node, so it does not depend on an exporter's version, and nothing but the
standard operators of opset 17 is in it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, checker, helper, numpy_helper

Weights = Mapping[str, npt.NDArray[np.float32]]

_OPSET = 17
_IR_VERSION = 8
"""What onnxruntime has read since version 1.12."""


class Graph:
    """A graph under construction; nodes name their outputs `v0`, `v1`, ..."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self._inputs: list[ValueInfoProto] = []

    def input(self, name: str, element_type: int, shape: Sequence[int | str]) -> str:
        """Declare an input and return its name; a dimension that is a word may vary."""
        self._inputs.append(helper.make_tensor_value_info(name, element_type, shape))
        return name

    def constant(self, array: npt.NDArray[Any]) -> str:
        """Return the name of a constant."""
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def add(self, operator: str, *inputs: str, outputs: int = 1, wanted: int = 0, **attributes: Any) -> str:
        """Add a node and return the name of its output number `wanted`; the others are left out."""
        name = f"v{len(self._nodes)}"
        names = [name if output == wanted else "" for output in range(outputs)]
        self._nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return name

    def lstm(self, x: str, weights: Weights, layers: int) -> str:
        """Add stacked LSTM layers over `x` (time, rows, width); return the last hidden state (rows, hidden).

        `weights` are torch's: `lstm.weight_ih_l0`, ...
        """
        for layer in range(layers - 1):
            sequence = self.add("LSTM", x, *self._gates(weights, layer), hidden_size=_hidden(weights))
            x = self.add("Squeeze", sequence, self.constant(np.array([1])))
        top = self._gates(weights, layers - 1)
        last = self.add("LSTM", x, *top, outputs=2, wanted=1, hidden_size=_hidden(weights))
        return self.add("Squeeze", last, self.constant(np.array([0])))

    def model(self, output: str, width: int) -> bytes:
        """Return the checked, serialised model with `output` (rows, width) as its output."""
        result = helper.make_tensor_value_info(output, TensorProto.FLOAT, ["rows", width])
        graph = helper.make_graph(self._nodes, "burl", self._inputs, [result], self._constants)
        opset = helper.make_opsetid("", _OPSET)
        proto: ModelProto = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)
        checker.check_model(proto, full_check=True)
        content: bytes = proto.SerializeToString()
        return content

    def _gates(self, weights: Weights, layer: int) -> list[str]:
        """Return W, R, B of one layer in ONNX's order of gates."""
        biases = [_iofc(weights[f"lstm.bias_{part}_l{layer}"]) for part in ("ih", "hh")]
        arrays = [_iofc(weights[f"lstm.weight_{part}_l{layer}"])[None] for part in ("ih", "hh")]
        return [self.constant(array) for array in (*arrays, np.concatenate(biases)[None])]


def _hidden(weights: Weights) -> int:
    return int(weights["lstm.weight_hh_l0"].shape[1])


def _iofc(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Reorder gates stacked as torch has them (input, forget, cell, output) to ONNX's (i, o, f, c)."""
    i, f, c, o = np.split(rows, 4)
    return np.concatenate([i, o, f, c])
