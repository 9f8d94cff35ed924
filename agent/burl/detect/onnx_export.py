"""Builds ONNX graphs of networks from their weights; training only (extra `train`).

The graph is written node by node, so it does not depend on an exporter's version, and nothing but the
standard operators of opset 17 is in it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, checker, helper, numpy_helper

from burl.detect.cells import Weights

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

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node and return the name of its output."""
        name = f"v{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

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
