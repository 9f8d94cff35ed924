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
Gates = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.float32]]
"""W, R and B of a recurrent layer as ONNX has them."""

_OPSET = 17
_IR_VERSION = 8
"""What onnxruntime has read since version 1.12."""


class Graph:
    """A graph under construction; nodes name their outputs `v0`, `v1`, ..."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []
        self._inputs: list[ValueInfoProto] = []
        self._names: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def input(self, name: str, element_type: int, shape: Sequence[int | str]) -> str:
        """Declare an input and return its name; a dimension that is a word may vary."""
        self._inputs.append(helper.make_tensor_value_info(name, element_type, shape))
        return name

    def constant(self, array: npt.NDArray[Any]) -> str:
        """Return the name of a constant; equal ones are written once."""
        key = array.dtype.str, array.shape, array.tobytes()
        name = self._names.setdefault(key, f"c{len(self._constants)}")
        if name == f"c{len(self._constants)}":
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

        `weights` are torch's: `recurrent.weight_ih_l0`, ...
        """
        return self._stack("LSTM", x, [_lstm_gates(weights, layer) for layer in range(layers)])

    def gru(self, x: str, weights: Weights, layers: int) -> str:
        """Add stacked GRU layers, as `lstm` does."""
        gates = [_gru_gates(weights, "recurrent", layer) for layer in range(layers)]
        return self._stack("GRU", x, gates, linear_before_reset=1)

    def gru_states(self, x: str, weights: Weights, name: str) -> tuple[str, str]:
        """Add one GRU layer `name` over `x` (time, rows, width).

        Returns:
            Its hidden states (time, rows, hidden), and the last of them (1, rows, hidden).
        """
        gates = _gru_gates(weights, name, 0)
        every = self.add(
            "GRU", x, *self._constants_of(gates), hidden_size=_size(gates), linear_before_reset=1
        )
        states = self.add("Squeeze", every, self.constant(np.array([1])))
        ends = [self.constant(np.array([end])) for end in (-1, np.iinfo(np.int64).max, 0)]
        return states, self.add("Slice", states, *ends)

    def gru_step(self, x: str, state: str, weights: Weights, name: str) -> str:
        """Add one step of GRU layer `name`: `x` (1, rows, width), `state` (1, rows, hidden) -> next state."""
        gates = _gru_gates(weights, name, 0)
        inputs = (x, *self._constants_of(gates), "", state)
        shape = {"hidden_size": _size(gates), "linear_before_reset": 1}
        return self.add("GRU", *inputs, outputs=2, wanted=1, **shape)

    def dense(self, x: str, weights: Weights, name: str) -> str:
        """Add the dense layer `name` over the last axis of `x`."""
        matrix = self.constant(weights[f"{name}.weight"].T)
        return self.add("Add", self.add("MatMul", x, matrix), self.constant(weights[f"{name}.bias"]))

    def model(self, output: str, *shape: int | str) -> bytes:
        """Return the checked, serialised model with `output` (rows, *shape) as its output."""
        result = helper.make_tensor_value_info(output, TensorProto.FLOAT, ["rows", *shape])
        graph = helper.make_graph(self._nodes, "burl", self._inputs, [result], self._constants)
        opset = helper.make_opsetid("", _OPSET)
        proto: ModelProto = helper.make_model(graph, opset_imports=[opset], ir_version=_IR_VERSION)
        checker.check_model(proto, full_check=True)
        content: bytes = proto.SerializeToString()
        return content

    def _stack(self, operator: str, x: str, layers: Sequence[Gates], **attributes: Any) -> str:
        for gates in layers[:-1]:
            sequence = self.add(
                operator, x, *self._constants_of(gates), **attributes, hidden_size=_size(gates)
            )
            x = self.add("Squeeze", sequence, self.constant(np.array([1])))
        top = layers[-1]
        outputs = {"outputs": 2, "wanted": 1}
        last = self.add(
            operator, x, *self._constants_of(top), **outputs, **attributes, hidden_size=_size(top)
        )
        return self.add("Squeeze", last, self.constant(np.array([0])))

    def _constants_of(self, gates: Gates) -> list[str]:
        return [self.constant(array) for array in gates]


def _size(gates: Gates) -> int:
    """Return the hidden width: the last axis of R."""
    return int(gates[1].shape[2])


def _lstm_gates(weights: Weights, layer: int) -> Gates:
    """Return W, R, B of one layer; torch stacks input, forget, cell, output, ONNX i, o, f, c."""
    return _gates(weights, "recurrent", layer, (0, 3, 1, 2))


def _gru_gates(weights: Weights, name: str, layer: int) -> Gates:
    """Return W, R, B of one layer; torch stacks reset, update, new, ONNX z, r, h."""
    return _gates(weights, name, layer, (1, 0, 2))


def _gates(weights: Weights, name: str, layer: int, order: Sequence[int]) -> Gates:
    def ordered(part: str) -> npt.NDArray[np.float32]:
        gates = np.split(weights[f"{name}.{part}_l{layer}"], len(order))
        return np.concatenate([gates[gate] for gate in order])

    biases = np.concatenate([ordered("bias_ih"), ordered("bias_hh")])
    return ordered("weight_ih")[None], ordered("weight_hh")[None], biases[None]
