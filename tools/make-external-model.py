"""Makes the foreign model that tests load: in the style of anomalib's ONNX export, by the `onnx` package alone.

Input `input` float32 [batch, 3, 64, 96] in 0..1 (normalization inside); outputs `pred_score` [batch], `pred_label`
[batch], `anomaly_map` [batch, 1, 64, 96], `pred_mask`. Odd is what differs from its wider neighbourhood.
Offline only; users never need it.

    pip install onnx numpy
    python tools/make-external-model.py packages/model-core/src/interop/fixtures/external.onnx
"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

height, width = 64, 96
mean = np.array([0.485, 0.456, 0.406], np.float32).reshape(1, 3, 1, 1)
deviation = np.array([0.229, 0.224, 0.225], np.float32).reshape(1, 3, 1, 1)


def pooled(kernel: int, name: str) -> onnx.NodeProto:
    return helper.make_node(
        "AveragePool", ["x"], [name], kernel_shape=[kernel, kernel], pads=[kernel // 2] * 4, strides=[1, 1]
    )


nodes = [
    helper.make_node("Sub", ["input", "mean"], ["centred"]),
    helper.make_node("Div", ["centred", "deviation"], ["x"]),
    pooled(3, "fine"),
    pooled(21, "wide"),
    helper.make_node("Sub", ["fine", "wide"], ["contrast"]),
    helper.make_node("Abs", ["contrast"], ["size"]),
    helper.make_node("ReduceMean", ["size"], ["anomaly_map"], axes=[1], keepdims=1),
    helper.make_node("ReduceMax", ["anomaly_map"], ["pred_score"], axes=[1, 2, 3], keepdims=0),
    helper.make_node("Greater", ["pred_score", "half"], ["pred_label"]),
    helper.make_node("Greater", ["anomaly_map", "half"], ["pred_mask"]),
]
graph = helper.make_graph(
    nodes,
    "external",
    [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 3, height, width])],
    [
        helper.make_tensor_value_info("pred_score", TensorProto.FLOAT, ["batch"]),
        helper.make_tensor_value_info("pred_label", TensorProto.BOOL, ["batch"]),
        helper.make_tensor_value_info("anomaly_map", TensorProto.FLOAT, ["batch", 1, height, width]),
        helper.make_tensor_value_info("pred_mask", TensorProto.BOOL, ["batch", 1, height, width]),
    ],
    [
        numpy_helper.from_array(mean, "mean"),
        numpy_helper.from_array(deviation, "deviation"),
        numpy_helper.from_array(np.array(0.5, np.float32), "half"),
    ],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
