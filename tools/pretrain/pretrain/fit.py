"""How far a student is from the teachers, as the product's heads see features.

A head never sees a backbone's raw output: the product averages 3x3 neighbours of each level and brings it to the
grid at stride 8. Differences are judged after that, in training as in measuring: what the average removes (a
teacher's noise from place to place) need not be learned. Letters: N images, K channels, h, w a level's grid, G groups.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .networks import STRIDES, Student
from .shards import read_shard
from .teachers import Group

GRID_STRIDE = 8


@dataclass(frozen=True)
class Span:
    """Where a group's channels lie: output `level`, channels first to end - 1."""

    name: str
    level: int
    first: int
    end: int


def spans(groups: tuple[Group, ...], strides: tuple[int, ...]) -> list[Span]:
    ends = [0] * len(strides)
    found = []
    for group in groups:
        level = strides.index(group.stride)
        found.append(Span(group.name, level, ends[level], ends[level] + group.components))
        ends[level] += group.components
    return found


def seen(level: Tensor, stride: int) -> Tensor:
    """A level [N, K, h, w] as a head sees it; levels coarser than the grid stay coarse."""
    pooled = F.avg_pool2d(level, 3, 1, 1)
    factor = max(GRID_STRIDE // stride, 1)
    # Half-pixel bilinear interpolation to half the size is the mean of 2x2.
    return pooled if factor == 1 else F.avg_pool2d(pooled, factor)


def seen_backwards(gradient: Tensor, stride: int) -> Tensor:
    """The gradient by a level from the gradient by what is seen of it: the transpose of `seen`."""
    factor = max(GRID_STRIDE // stride, 1)
    if factor > 1:
        gradient = F.interpolate(gradient, scale_factor=factor, mode="nearest") / factor**2
    # The average over neighbours, with zeros beyond the border, is its own transpose.
    return F.avg_pool2d(gradient, 3, 1, 1)


@dataclass(frozen=True)
class View:
    """How a level [N, K, h, w] of a stride is looked at, and the gradient by it from the gradient by what is seen."""

    look: Callable[[Tensor, int], Tensor]
    backwards: Callable[[Tensor, int], Tensor]


VIEWS = {"raw": View(lambda level, _: level, lambda gradient, _: gradient), "seen": View(seen, seen_backwards)}
"""`raw`: position by position. `seen`: as a head sees it, after the average and on its grid."""


def load_held_out(cache: Path) -> dict[str, dict[str, np.ndarray]]:
    """`plain` photographs and augmented `crops`."""
    names = [name for name in ("plain", "crops") if (cache / f"held-out-{name}").exists()]
    return {name: read_shard(cache / f"held-out-{name}") for name in names}


def target_of(arrays: dict[str, np.ndarray], part: Span) -> Tensor:
    stored = np.array(arrays[f"features_{STRIDES[part.level]}"][..., part.first : part.end])
    return torch.from_numpy(stored).permute(0, 3, 1, 2).float()


@torch.no_grad()
def metrics(arrays: dict[str, np.ndarray], parts: list[Span], whitening: float, view: View) -> list[Tensor]:
    """Matrix P [K, K] of each group, so that d' P d measures a difference d and the group's own variance measures 1.

    `whitening` 0 takes every direction as it is; 1 makes all directions count alike; between, a variance v counts
    v ** (1 - whitening). Without any, a student learns the few strong directions and damps the many weak ones.
    """
    found = []
    for part in parts:
        target = view.look(target_of(arrays, part), STRIDES[part.level]).movedim(1, -1).flatten(0, 2).double()
        values, vectors = torch.linalg.eigh(torch.cov(target.T))
        # Directions that hardly exist must not dominate.
        strength = (values + 0.01 * values.mean()) ** -whitening
        found.append(((vectors * strength) @ vectors.T / (values * strength).sum()).float())
    return found


@torch.no_grad()
def unexplained(student: Student, arrays: dict[str, np.ndarray], parts: list[Span]) -> dict[str, dict[str, float]]:
    """Squared error / variance over all positions and channels, per group and their `mean`: as `seen` and `raw`."""
    images = torch.from_numpy(np.array(arrays["images"])).permute(0, 3, 1, 2)
    outputs = [student(batch.float()) for batch in images.split(16)]
    found: dict[str, dict[str, float]] = {"seen": {}, "raw": {}}
    for part in parts:
        stride, target = STRIDES[part.level], target_of(arrays, part)
        output = torch.cat([levels[part.level][:, part.first : part.end] for levels in outputs])
        found["raw"][part.name] = share(output, target)
        found["seen"][part.name] = share(seen(output, stride), seen(target, stride))
    for shares in found.values():
        shares["mean"] = sum(shares.values()) / len(shares)
    return found


def share(output: Tensor, target: Tensor) -> float:
    difference = (output - target).double().square().sum()
    return (difference / (target - target.mean((0, 2, 3), True)).double().square().sum()).item()
