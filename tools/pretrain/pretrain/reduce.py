"""Fewer output channels for a trained student: its heads are linear, so principal components fold into them.

Time and memory of the product's heads grow with the channels, and teachers repeat each other. Groups are first scaled
to the same RMS as a head sees them, then each level is turned to its first components. The product weighs a level by
its channels (each channel gets RMS 1 on average), so the numbers here are also the levels' weights: stride 16 tells
most about whether something is odd, stride 4 little. Heads are linear, so more channels than the trunk is wide say
nothing new.
"""

import copy

import numpy as np
import torch
from torch import Tensor

from .fit import Span, seen
from .networks import STRIDES, Student

BATCH = 16


@torch.no_grad()
def moments(student: Student, images: np.ndarray) -> list[tuple[Tensor, Tensor]]:
    """Mean [K] and covariance [K, K] of each level as seen, over images uint8 [N, H, W, 3]."""
    widths = [head.out_channels for head in student.heads]
    totals = [(torch.zeros(k).double(), torch.zeros(k, k).double(), 0) for k in widths]
    for start in range(0, len(images), BATCH):
        batch = torch.from_numpy(images[start : start + BATCH]).permute(0, 3, 1, 2).float()
        for level, output in enumerate(student(batch)):
            rows = seen(output, STRIDES[level]).movedim(1, -1).flatten(0, 2).double()
            total, product, count = totals[level]
            totals[level] = total + rows.sum(0), product + rows.T @ rows, count + len(rows)
    return [(s / n, p / n - torch.outer(s / n, s / n)) for s, p, n in totals]


@torch.no_grad()
def reduced(
    student: Student, images: np.ndarray, parts: list[Span], channels: tuple[int, ...]
) -> Student:
    """A copy with `channels` outputs per level, centred on these images; distances stay what they were.

    Raises ValueError for more channels than the trunk has at a level.
    """
    for stride, head, count in zip(STRIDES, student.heads, channels):
        if count > min(head.in_channels, head.out_channels):
            most = min(head.in_channels, head.out_channels)
            raise ValueError(f"--channels: expected at most {most} at stride {stride}, which it can tell apart; got {count}")
    small = copy.deepcopy(student).eval()
    for level, (mean, covariance) in enumerate(moments(small, images)):
        scale = torch.ones_like(mean)
        for part in (p for p in parts if p.level == level):
            span = slice(part.first, part.end)
            scale[span] = covariance.diagonal()[span].mean().rsqrt()
        vectors = torch.linalg.eigh(scale[:, None] * covariance * scale).eigenvectors.flip(1)
        turn = vectors[:, : channels[level]].T * scale
        old = small.heads[level]
        head = torch.nn.Conv2d(old.in_channels, len(turn), 1)
        weight, bias = old.weight.flatten(1).double(), old.bias.double()
        head.weight.copy_((turn @ weight)[:, :, None, None])
        head.bias.copy_(turn @ (bias - mean))
        small.heads[level] = head
    return small
