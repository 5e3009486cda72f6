"""Writes a student as ONNX: batch norm folded, weights stored small, computed in float32.

A weight is stored as float16 and followed by a Cast; or, of a convolution, as int8 with one scale per output channel,
followed by a Cast and a Mul. ONNX Runtime folds these nodes when it loads the file: a half or a quarter of the bytes,
and nothing of the speed or of the equality between devices, which computing in int8 would cost. Opset 17, dynamic N, H,
W (H and W multiples of 32), outputs `features_4`, `features_8`, `features_16`.
"""

import copy
from pathlib import Path
from typing import Literal

import numpy as np
import onnx
import torch
from onnx import NodeProto, TensorProto, helper, numpy_helper
from torch import nn

from .networks import STRIDES, Block, Strided, Student, Unit


Storage = Literal["float16", "int8"]
"""How the weights of convolutions are kept; biases are float16 always."""


def folded(unit: Unit) -> nn.Conv2d:
    """The one convolution that equals the unit, computed in float64."""
    conv, norm = unit.conv, unit.norm
    scale = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
    one = nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding)
    one.weight.copy_(conv.weight.double() * scale[:, None, None, None])
    one.bias.copy_(norm.bias.double() - norm.running_mean.double() * scale)
    return one


def quantized(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int8 of weights [O, I, kh, kw] and the scale [O, 1, 1, 1], float32, of each output channel."""
    scales = np.abs(weights).max((1, 2, 3), keepdims=True) / 127
    scales = np.where(scales > 0, scales, 1).astype(np.float32)
    return np.rint(weights / scales).astype(np.int8), scales


@torch.no_grad()
def rounded(student: Student, storage: Storage = "float16") -> Student:
    """The student as the file holds it: batch norm and the input's scale folded, every weight rounded.

    Its input is centred gray values, `image - 128`; as a module it still takes the image itself.
    """
    exact = copy.deepcopy(student).eval()
    for module in list(exact.modules()):
        if isinstance(module, Unit):
            module.conv, module.norm = folded(module), nn.Identity()
    exact.stem.unit.conv.weight.mul_(exact.scale)
    exact.scale = 1
    for parameter in exact.parameters():
        if storage == "int8" and parameter.ndim > 1:
            levels, scales = quantized(parameter.numpy())
            parameter.copy_(torch.from_numpy(levels * scales))
        else:
            parameter.copy_(parameter.half())
    return exact


class Writer:
    """Collects nodes and initializers; each method returns the name of its result."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self.nodes: list[NodeProto] = []
        self.initializers: list[TensorProto] = []

    def add(self, kind: str, inputs: list[str], name: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def kept(self, values: np.ndarray, name: str) -> str:
        """An initializer, as float32."""
        self.initializers.append(numpy_helper.from_array(values, f"{name}.kept"))
        return self.add("Cast", [f"{name}.kept"], name, to=TensorProto.FLOAT)

    def weight(self, name: str, values: np.ndarray) -> str:
        if self.storage == "int8" and values.ndim > 1:
            levels, scales = quantized(values)
            self.initializers.append(numpy_helper.from_array(scales, f"{name}.scale"))
            return self.add("Mul", [self.kept(levels, f"{name}.levels"), f"{name}.scale"], name)
        half = values.astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError(f"{name}: a weight of {np.abs(values).max():g} does not fit float16 (65504)")
        return self.kept(half, name)

    def conv(self, x: str, name: str, conv: nn.Conv2d) -> str:
        weight, bias = (values.detach().numpy() for values in (conv.weight, conv.bias))
        names = [x, self.weight(f"{name}.weight", weight), self.weight(f"{name}.bias", bias)]
        pad, stride = conv.padding[0], conv.stride[0]
        return self.add(
            "Conv", names, name, kernel_shape=list(conv.kernel_size), pads=[pad] * 4, strides=[stride] * 2
        )

    def layer(self, x: str, name: str, layer: Block | Strided) -> str:
        if isinstance(layer, Strided):
            return self.add("Relu", [self.conv(x, f"{name}.unit", layer.unit.conv)], f"{name}.out")
        kept = x if layer.skip is None else self.conv(x, f"{name}.skip", layer.skip.conv)
        for index, unit in enumerate(layer.units):
            inner = x if index == 0 else self.add("Relu", [x], f"{name}.relu{index}")
            x = self.conv(inner, f"{name}.unit{index}", unit.conv)
        return self.add("Relu", [self.add("Add", [x, kept], f"{name}.sum")], f"{name}.out")


def to_onnx(student: Student, storage: Storage = "float16") -> onnx.ModelProto:
    """The student as a checked model."""
    student = rounded(student, storage)
    writer = Writer(storage)
    writer.initializers.append(numpy_helper.from_array(np.array(128, np.float32), "middle"))
    # Not folded into the stem as its scale is: padding means middle gray, as it did in training.
    x = writer.add("Sub", ["image", "middle"], "centred")
    x = writer.layer(x, "stem", student.stem)
    outputs = []
    for stride, stage, head in zip(STRIDES, student.stages, student.heads):
        for index, layer in enumerate(stage):
            x = writer.layer(x, f"stride{stride}.layer{index}", layer)
        writer.conv(x, f"features_{stride}", head)
        dims = ["N", head.out_channels, f"H/{stride}", f"W/{stride}"]
        outputs.append(helper.make_tensor_value_info(f"features_{stride}", TensorProto.FLOAT, dims))
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, "H", "W"])
    graph = helper.make_graph(writer.nodes, "oddpixel-features", [image], outputs, writer.initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model


def export(student: Student, path: Path, storage: Storage = "float16") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(to_onnx(student, storage), path)
