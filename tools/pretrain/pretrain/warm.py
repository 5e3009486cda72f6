"""Starts a student from an ONNX file: an earlier export, or one made elsewhere.

The file has batch norm folded into its convolutions. Here each unit gets its batch norm back, with the statistics of
some crops, so that it computes the same; the heads are fitted to the targets anew, by least squares.

The student may be larger than an earlier export, with more channels or more blocks: it computes the same to begin with
(Net2Net, Chen et al. 2016). What was there does not look at new channels yet, and a new block adds nothing yet.
"""

from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import NodeProto, numpy_helper
from torch import Tensor

from .networks import STRIDES, Strided, Student, Unit

RIDGE = 1e-3
"""Of the mean variance of the trunk's features: keeps the least squares well posed."""


@torch.no_grad()
def warm(student: Student, file: Path, arrays: dict[str, np.ndarray]) -> None:
    """Sets all weights of `student`; `arrays` is a shard.

    Raises ValueError when the file's convolutions are not those of the student's shape.
    """
    model = onnx.load(file)
    convolutions = Convolutions(model)
    units = []
    for unit, node in pairs(student, convolutions):
        weight, bias = convolutions.parameters(node)
        whole = unit.conv.weight
        if any(old > new for old, new in zip(weight.shape, whole.shape)) or weight.shape[2:] != whole.shape[2:]:
            raise ValueError(
                f"{file}: convolution {node.name} has weights {list(weight.shape)}, which do not fit into the "
                f"{list(whole.shape)} of the student's shape: choose the --shape that the file was made with, or a larger one"
            )
        outputs, inputs = weight.shape[:2]
        whole[:outputs].zero_()
        whole[:outputs, :inputs].copy_(weight)
        unit.norm.bias[:outputs].copy_(bias)
        # The last unit of a block starts at nothing.
        unit.norm.weight.fill_(1)
        units.append(unit)
    factor, middle = convolutions.input_scale()
    stem = student.stem.unit
    # The file computes w (image · factor - middle), the student w' ((image - 128) · scale).
    stem.norm.bias.add_(stem.conv.weight.sum((1, 2, 3)) * (128 * factor - middle))
    stem.conv.weight.mul_(factor / student.scale)
    images = torch.from_numpy(np.array(arrays["images"])).permute(0, 3, 1, 2).float()
    set_statistics(student, units, images[:64])
    fit_heads(student, images, arrays)


class Convolutions:
    """The convolutions of a file in the order of their computation: heads, strided 1x1 ones, and all others."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = model
        self.values = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
        for node in model.graph.node:
            if node.op_type == "Constant":
                self.values[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
            elif node.op_type == "Cast" and node.input[0] in self.values:
                self.values[node.output[0]] = self.values[node.input[0]].astype(np.float32)
            elif node.op_type == "Mul" and all(name in self.values for name in node.input):
                self.values[node.output[0]] = self.values[node.input[0]] * self.values[node.input[1]]
        outputs = {output.name for output in model.graph.output}
        nodes = [node for node in model.graph.node if node.op_type == "Conv" and node.output[0] not in outputs]
        self.skips = [node for node in nodes if self.is_skip(node)]
        self.inner = [node for node in nodes if not self.is_skip(node)]

    def is_skip(self, node: NodeProto) -> bool:
        strides = next((list(a.ints) for a in node.attribute if a.name == "strides"), [1, 1])
        return self.values[node.input[1]].shape[2:] == (1, 1) and strides == [2, 2]

    def parameters(self, node: NodeProto) -> tuple[Tensor, Tensor]:
        return tuple(torch.from_numpy(self.values[name].astype(np.float32)) for name in node.input[1:3])

    def input_scale(self) -> tuple[float, float]:
        """What the file does to the image before its first convolution: factor, and what it subtracts after."""
        factor, middle = 1.0, 0.0
        for node in self.model.graph.node:
            if node.op_type == "Conv":
                return factor, middle
            if node.op_type not in ("Mul", "Div", "Sub") or node.input[1] not in self.values:
                continue
            number = float(self.values[node.input[1]])
            if node.op_type == "Sub":
                middle += number
            else:
                by = number if node.op_type == "Mul" else 1 / number
                factor, middle = factor * by, middle * by
        raise ValueError("the file has no convolution")


def names(student: Student) -> dict[str, Unit]:
    """The units by the names of their convolutions in an export."""
    found = {"stem.unit": student.stem.unit}
    for stride, stage in zip(STRIDES, student.stages):
        for index, layer in enumerate(stage):
            name = f"stride{stride}.layer{index}"
            if isinstance(layer, Strided):
                found[f"{name}.unit"] = layer.unit
                continue
            found |= {f"{name}.unit{i}": unit for i, unit in enumerate(layer.units)}
            if layer.skip is not None:
                found[f"{name}.skip"] = layer.skip
    return found


def pairs(student: Student, convolutions: "Convolutions") -> list[tuple[Unit, NodeProto]]:
    """Which unit takes which convolution: by name for an export of ours, else by the order of computation."""
    named = names(student)
    nodes = [*convolutions.inner, *convolutions.skips]
    if all(node.name in named for node in nodes):
        return [(named[node.name], node) for node in nodes]
    skips = [unit for name, unit in named.items() if name.endswith(".skip")]
    inner = [unit for name, unit in named.items() if not name.endswith(".skip")]
    return [*paired(inner, convolutions.inner), *paired(skips, convolutions.skips)]


def paired(units: list[Unit], nodes: list[NodeProto]) -> list[tuple[Unit, NodeProto]]:
    if len(units) != len(nodes):
        raise ValueError(f"the file has {len(nodes)} convolutions of a kind of which the student's shape has {len(units)}")
    return list(zip(units, nodes))


def set_statistics(student: Student, units: list[Unit], images: Tensor) -> None:
    """Makes every batch norm, whose bias holds the folded one, do nothing to what these images bring."""

    def restore(unit: Unit, _: object, output: Tensor) -> Tensor:
        values = unit.conv_output
        mean, variance = values.mean((0, 2, 3)), values.var((0, 2, 3))
        bias = unit.norm.bias.clone()
        unit.norm.running_mean.copy_(mean)
        unit.norm.running_var.copy_(variance)
        unit.norm.weight.copy_((variance + unit.norm.eps).sqrt())
        unit.norm.bias.copy_(mean + bias)
        return values + bias[:, None, None]

    def keep(conv: torch.nn.Conv2d, _: object, output: Tensor) -> None:
        owners[conv].conv_output = output

    owners = {unit.conv: unit for unit in units}
    hooks = [unit.conv.register_forward_hook(keep) for unit in units]
    hooks += [unit.register_forward_hook(restore) for unit in units]
    student.eval()
    student.trunk(images)
    student.train()
    for hook in hooks:
        hook.remove()
    for unit in units:
        del unit.conv_output


def fit_heads(student: Student, images: Tensor, arrays: dict[str, np.ndarray]) -> None:
    """Least squares from the trunk's features, position by position, to the targets."""
    student.eval()
    levels = [student.trunk(batch) for batch in images.split(16)]
    student.train()
    for index, (stride, head) in enumerate(zip(STRIDES, student.heads)):
        features = torch.cat([batch[index] for batch in levels]).movedim(1, -1).flatten(0, 2).double()
        wanted = torch.from_numpy(np.array(arrays[f"features_{stride}"])).flatten(0, 2).double()
        means = features.mean(0), wanted.mean(0)
        centred = features - means[0]
        square = centred.T @ centred
        square.diagonal().add_(RIDGE * square.diagonal().mean())
        solution = torch.linalg.solve(square, centred.T @ (wanted - means[1]))
        head.weight.copy_(solution.T[:, :, None, None])
        head.bias.copy_(means[1] - means[0] @ solution)
