"""A writer of ONNX graphs: nodes, constants, and the layers of a transformer in the precision asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from encoders.checkpoint import Floats

OPSET = 18
ONNX_RUNTIME = "com.microsoft"  # operators of the runtime's own
_IR_VERSION = 10
_INT8_MOST = 127

Array = NDArray[Any]
_Attribute = int | float | str | list[int]
_OPSETS = {"": OPSET, ONNX_RUNTIME: 1}


class Precision(StrEnum):
    """How weights are kept and multiplied."""

    FP32 = "fp32"
    FP16 = "fp16"
    INT8 = "int8"


class Graph:
    """Collects nodes. A value is known by its name, which each method returns.

    In int8, weights of a layer have one scale for each output and are symmetric; what goes into it is
    quantised when it is seen, one scale for a tensor. Only products become int8: sums, norms and softmax stay
    float32.
    """

    def __init__(self, precision: Precision) -> None:
        """An empty graph."""
        self.precision = precision
        self._dtype = np.float16 if precision is Precision.FP16 else np.float32
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def node(self, kind: str, *inputs: str, domain: str = "", **attributes: _Attribute) -> str:
        """Add an operator with one output; an input left out is ``""``."""
        (name,) = self.nodes(kind, 1, *inputs, domain=domain, **attributes)
        return name

    def nodes(
        self, kind: str, outputs: int, *inputs: str, domain: str = "", **attributes: _Attribute
    ) -> list[str]:
        """Add an operator with several outputs."""
        names = [f"v{len(self._nodes)}_{number}" for number in range(outputs)]
        node = helper.make_node(kind, list(inputs), names, domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in attributes.items())
        self._nodes.append(node)
        return names

    def constant(self, values: Array) -> str:
        """Add a constant as it is."""
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(values, order="C"), name))
        return name

    def integers(self, *values: int) -> str:
        """Add ``int64[n]``."""
        return self.constant(np.array(values, np.int64))

    def weight(self, values: Array) -> str:
        """Add a constant in the graph's float type."""
        return self.constant(values.astype(self._dtype))

    def to_float(self, value: str) -> str:
        """Cast into the graph's float type."""
        return self.node("Cast", value, to=helper.np_dtype_to_tensor_dtype(np.dtype(self._dtype)))

    def linear(self, value: str, weights: Floats, bias: Floats | None = None) -> str:
        """``value · weights + bias``; weights are ``float32[in, out]``."""
        if self.precision is Precision.INT8:
            product = self._int8_product(value, weights)
        else:
            product = self.node("MatMul", value, self.weight(weights))
        return product if bias is None else self.node("Add", product, self.weight(bias))

    def norm(self, value: str, gain: Floats, bias: Floats, epsilon: float) -> str:
        """Layer norm over the last axis."""
        return self.node("LayerNormalization", value, self.weight(gain), self.weight(bias), epsilon=epsilon)

    def rows(self, table: Floats, ids: str) -> str:
        """Rows of ``table`` by number; in int8 the table has one scale for each row."""
        if self.precision is not Precision.INT8:
            return self.node("Gather", self.weight(table), ids)
        scales = _scales(table, axis=1)
        kept = np.rint(table / scales).astype(np.int8)
        found = self.to_float(self.node("Gather", self.constant(kept), ids))
        return self.node("Mul", found, self.node("Gather", self.weight(scales), ids))

    def unit(self, value: str) -> str:
        """Float32 rows of unit length."""
        rows = self.node("Cast", value, to=TensorProto.FLOAT)
        return self.node("Div", rows, self.node("ReduceL2", rows, self.integers(-1), keepdims=1))

    def model(
        self, name: str, given: onnx.ValueInfoProto, result: str, shape: list[int | str], *, note: str
    ) -> bytes:
        """The graph as a file: from ``given`` to ``vectors``, which is ``result`` under its public name."""
        self._nodes.append(helper.make_node("Identity", [result], ["vectors"]))
        vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, shape)
        graph = helper.make_graph(self._nodes, name, [given], [vectors], self._constants)
        domains = sorted({node.domain for node in self._nodes})
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid(domain, _OPSETS[domain]) for domain in domains],
            ir_version=_IR_VERSION,
            producer_name="lumenstock",
            doc_string=note,
        )
        written: bytes = model.SerializeToString(deterministic=True)
        return written

    def _int8_product(self, value: str, weights: Floats) -> str:
        scales = _scales(weights, axis=0)
        kept = self.constant(np.rint(weights / scales).astype(np.int8))
        seen, scale, zero = self.nodes("DynamicQuantizeLinear", 3, value)
        product = self.node("Cast", self.node("MatMulInteger", seen, kept, zero), to=TensorProto.FLOAT)
        return self.node("Mul", product, self.node("Mul", scale, self.constant(scales[0])))


def _scales(weights: Floats, axis: int) -> Floats:
    """What one step of int8 is worth, so that the largest weight is 127 steps; 1 where all are zero."""
    largest = np.abs(weights).max(axis, keepdims=True)
    scales: Floats = np.where(largest > 0, largest / _INT8_MOST, 1).astype(np.float32)
    return scales
