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


def rounded(student: Student) -> Student:
    """The student with batch norm folded and every weight rounded to float16: exactly what the file holds."""
    exact = copy.deepcopy(student).eval()
    for module in list(exact.modules()):
        if isinstance(module, Unit):
            old, (weight, bias) = module.conv, folded(module.conv, module.norm)
            module.conv = nn.Conv2d(old.in_channels, old.out_channels, old.kernel_size, old.stride, old.padding)
            module.conv.load_state_dict({"weight": torch.from_numpy(weight), "bias": torch.from_numpy(bias)})
            module.norm = nn.Identity()
    with torch.no_grad():
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

    def conv(self, x: str, name: str, conv: nn.Conv2d, norm: nn.BatchNorm2d | None = None) -> str:
        weight, bias = folded(conv, norm)
        names = [x, self.weight(f"{name}.weight", weight), self.weight(f"{name}.bias", bias)]
        pad, stride = conv.padding[0], conv.stride[0]
        return self.add(
            "Conv", names, name, kernel_shape=list(conv.kernel_size), pads=[pad] * 4, strides=[stride] * 2
        )

    def unit(self, x: str, name: str, unit: Unit) -> str:
        return self.conv(x, name, unit.conv, unit.norm)

    def layer(self, x: str, name: str, layer: Block | Strided) -> str:
        if isinstance(layer, Strided):
            return self.add("Relu", [self.unit(x, f"{name}.unit", layer.unit)], f"{name}.out")
        kept = x if layer.skip is None else self.unit(x, f"{name}.skip", layer.skip)
        for index, unit in enumerate(layer.units):
            inner = x if index == 0 else self.add("Relu", [x], f"{name}.relu{index}")
            x = self.unit(inner, f"{name}.unit{index}", unit)
        return self.add("Relu", [self.add("Add", [x, kept], f"{name}.sum")], f"{name}.out")


def folded(conv: nn.Conv2d, norm: nn.BatchNorm2d | None) -> tuple[np.ndarray, np.ndarray]:
    """Weight and bias of the one convolution that equals `norm(conv(x))`, in float64 until the end."""
    weight = conv.weight.detach().double()
    bias = torch.zeros(weight.shape[0]).double() if conv.bias is None else conv.bias.detach().double()
    if norm is not None:
        scale = norm.weight.detach().double() / (norm.running_var.double() + norm.eps).sqrt()
        weight = weight * scale[:, None, None, None]
        bias = (bias - norm.running_mean.double()) * scale + norm.bias.detach().double()
    return weight.float().numpy(), bias.float().numpy()


def to_onnx(student: Student) -> onnx.ModelProto:
    """The student as a checked model."""
    writer = Writer()
    writer.initializers.append(numpy_helper.from_array(np.array(128, np.float32), "middle"))
    writer.initializers.append(numpy_helper.from_array(np.array(1 / 64, np.float32), "scale"))
    # Not folded into the stem: its padding means middle gray, as it did in training.
    centred = writer.add("Sub", ["image", "middle"], "centred")
    x = writer.add("Mul", [centred, "scale"], "normalized")
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
