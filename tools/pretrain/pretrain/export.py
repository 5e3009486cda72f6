"""Writes a student as ONNX: batch norm folded, weights stored as float16, computed in float32.

Every weight is a float16 initializer followed by a Cast, which ONNX Runtime folds when it loads the file: half the
bytes and nothing of the speed. Opset 17, dynamic N, H, W (H and W multiples of 32), outputs `features_4`,
`features_8`, `features_16`.
"""

import copy
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import NodeProto, TensorProto, helper, numpy_helper
from torch import nn

from .networks import STRIDES, Block, Strided, Student, Unit


def folded(unit: Unit) -> nn.Conv2d:
    """The one convolution that equals the unit, computed in float64."""
    conv, norm = unit.conv, unit.norm
    scale = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
    one = nn.Conv2d(conv.in_channels, conv.out_channels, conv.kernel_size, conv.stride, conv.padding)
    one.weight.copy_(conv.weight.double() * scale[:, None, None, None])
    one.bias.copy_(norm.bias.double() - norm.running_mean.double() * scale)
    return one


@torch.no_grad()
def rounded(student: Student) -> Student:
    """The student as the file holds it: batch norm and the input's scale folded, every weight rounded to float16.

    Its input is centred gray values, `image - 128`; as a module it still takes the image itself.
    """
    exact = copy.deepcopy(student).eval()
    for module in list(exact.modules()):
        if isinstance(module, Unit):
            module.conv, module.norm = folded(module), nn.Identity()
    exact.stem.unit.conv.weight.mul_(exact.scale)
    exact.scale = 1
    for parameter in exact.parameters():
        parameter.copy_(parameter.half())
    return exact


class Writer:
    """Collects nodes and initializers; each method returns the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.initializers: list[TensorProto] = []

    def add(self, kind: str, inputs: list[str], name: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def weight(self, name: str, values: np.ndarray) -> str:
        half = values.astype(np.float16)
        if not np.isfinite(half).all():
            raise ValueError(f"{name}: a weight of {np.abs(values).max():g} does not fit float16 (65504)")
        self.initializers.append(numpy_helper.from_array(half, f"{name}.half"))
        return self.add("Cast", [f"{name}.half"], name, to=TensorProto.FLOAT)

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


def to_onnx(student: Student) -> onnx.ModelProto:
    """The student as a checked model."""
    student = rounded(student)
    writer = Writer()
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


def export(student: Student, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(to_onnx(student), path)
