"""The students: plain residual networks of 3x3 convolutions, because these were fastest per accuracy on CPUs.

Only Conv, ReLU and Add once batch norm is folded; no groups, no resizing, nothing a runtime might lack. Letters:
N batch, C channels, H height, W width. Input float32 [N, 3, H, W], RGB, 0..255; outputs at strides 4, 8 and 16.
Residual blocks after He et al. 2016 (Deep residual learning), one linear 1x1 convolution per output on top.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

STRIDES = (4, 8, 16)


@dataclass(frozen=True)
class Stage:
    """One stride: a strided convolution or block, then blocks that keep the size."""

    width: int
    blocks: int = 0
    """Pairs of 3x3 convolutions; the first one halves the size. 0: one strided convolution does."""
    narrow: int = 0
    """Bottleneck blocks after them."""
    middle: int = 0
    """Channels inside the bottlenecks."""


@dataclass(frozen=True)
class Shape:
    """Widths of a student: the stem's at stride 2, then the stages at strides 4, 8 and 16."""

    stem: int
    stages: tuple[Stage, Stage, Stage]


SHAPES = {
    "tiny": Shape(16, (Stage(32), Stage(64, 1), Stage(128, 1, 3, 64))),
    "small": Shape(24, (Stage(32, 1), Stage(64, 2), Stage(128, 3))),
    "medium": Shape(32, (Stage(32, 1), Stage(80, 2), Stage(160, 3, 4, 80))),
    "smoke": Shape(8, (Stage(8), Stage(16, 1), Stage(16, 1, 1, 8))),
    "larger": Shape(12, (Stage(8), Stage(24, 1), Stage(20, 1, 3, 12))),
}


class Unit(nn.Module):
    """Convolution and batch norm; export makes one convolution of them."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.conv(x))


class Block(nn.Module):
    """Units one after the other with ReLU between, added to the input (or a strided 1x1 unit of it), ReLU."""

    def __init__(self, units: list[Unit], skip: Unit | None = None) -> None:
        super().__init__()
        self.units = nn.ModuleList(units)
        self.skip = skip
        # Starts as its skip alone: deep students learn faster.
        nn.init.zeros_(units[-1].norm.weight)

    def forward(self, x: Tensor) -> Tensor:
        kept = x if self.skip is None else self.skip(x)
        for unit in self.units[:-1]:
            x = unit(x).relu()
        return (self.units[-1](x) + kept).relu()


class Strided(nn.Module):
    """One strided unit and ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.unit = Unit(inputs, outputs, 3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.unit(x).relu()


def stage_layers(inputs: int, stage: Stage) -> list[Block | Strided]:
    width, middle = stage.width, stage.middle
    if stage.blocks == 0:
        layers: list[Block | Strided] = [Strided(inputs, width)]
    else:
        units = [Unit(inputs, width, 3, 2), Unit(width, width, 3)]
        layers = [Block(units, skip=Unit(inputs, width, 1, 2))]
    layers += [Block([Unit(width, width, 3), Unit(width, width, 3)]) for _ in range(stage.blocks - 1)]
    layers += [
        Block([Unit(width, middle, 1), Unit(middle, middle, 3), Unit(middle, width, 1)]) for _ in range(stage.narrow)
    ]
    return layers


class Student(nn.Module):
    """A trunk and one head per stride: [N, 3, H, W] -> [N, heads[i], H / s, W / s] for s in 4, 8, 16."""

    def __init__(self, shape: Shape, heads: tuple[int, ...]) -> None:
        super().__init__()
        self.scale = 1 / 64
        self.stem = Strided(3, shape.stem)
        self.stages = nn.ModuleList()
        channels = shape.stem
        for stage in shape.stages:
            self.stages.append(nn.Sequential(*stage_layers(channels, stage)))
            channels = stage.width
        self.heads = nn.ModuleList(nn.Conv2d(stage.width, head, 1) for stage, head in zip(shape.stages, heads))

    def trunk(self, image: Tensor) -> list[Tensor]:
        """The trunk's own features at strides 4, 8, 16."""
        x = self.stem((image - 128) * self.scale)
        levels = []
        for stage in self.stages:
            x = stage(x)
            levels.append(x)
        return levels

    def forward(self, image: Tensor) -> list[Tensor]:
        return [head(level) for head, level in zip(self.heads, self.trunk(image))]


def multiplications(model: Student, height: int = 256, width: int = 256) -> int:
    """Multiply-adds of one image."""
    total = 0

    def count(module: nn.Conv2d, _: object, output: Tensor) -> None:
        nonlocal total
        total += module.weight.numel() * output.shape[2] * output.shape[3]

    hooks = [m.register_forward_hook(count) for m in model.modules() if isinstance(m, nn.Conv2d)]
    with torch.no_grad():
        model.eval()(torch.zeros(1, 3, height, width))
    for hook in hooks:
        hook.remove()
    return total
