"""Trains a small convolutional network in PyTorch and writes the loss of every step: what our step graphs must equal.

The network, its weights and its pictures follow from formulas that packages/graph/test/golden-network.ts
repeats: a linear congruential generator, one stream per tensor. Letters: N batch, C channels, H height, W width.
Offline only; users never need it.

    pip install torch
    python tools/reference/training-curve.py packages/model-core/src/onnx/gradients/fixtures/training-curve.json
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

steps = 50
batches = 4
image_dims = (6, 3, 14, 18)
classes = 5

shapes = {
    "stem": (8, 3, 3, 3),
    "stemBias": (8,),
    "normScale": (8,),
    "normBias": (8,),
    "depthwise": (8, 1, 3, 3),
    "pointwise": (12, 8, 1, 1),
    "pointwiseBias": (12,),
    "layerScale": (24,),
    "layerBias": (24,),
    "linear": (24, classes),
    "linearBias": (classes,),
}


def stream(seed: int, count: int) -> list[float]:
    """Numbers in -0.5..0.5 with 24 random bits, exact in single precision."""
    state, values = seed, []
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append((state >> 8) / 2**24 - 0.5)
    return values


def tensor(seed: int, dims: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    return torch.tensor(stream(seed, math.prod(dims)), dtype=dtype).reshape(dims)


def start(dtype: torch.dtype) -> dict[str, torch.Tensor]:
    values = {}
    for index, (name, dims) in enumerate(shapes.items()):
        value = tensor(7919 * (index + 1), dims, dtype)
        if name.endswith("Scale"):
            value = value * 0.5 + 1
        values[name] = value.requires_grad_()
    return values


def loss_of(p: dict[str, torch.Tensor], image: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    x = F.conv2d(image, p["stem"], p["stemBias"], stride=2, padding=1)
    x = F.relu(F.batch_norm(x, None, None, p["normScale"], p["normBias"], training=True, eps=1e-5))
    x = F.conv2d(x, p["depthwise"], padding=1, groups=8)
    x = F.gelu(F.conv2d(x, p["pointwise"], p["pointwiseBias"]))
    x = F.max_pool2d(x, 3, stride=2, padding=1)
    x = F.avg_pool2d(x, (4, 2), stride=(4, 3))
    x = F.layer_norm(x.flatten(1), (24,), p["layerScale"], p["layerBias"], eps=1e-5)
    logits = x @ p["linear"] + p["linearBias"]
    return -(target * F.log_softmax(logits, dim=1)).sum(1).mean()


def matrices(p: dict[str, torch.Tensor], decay: float) -> list[dict]:
    values = list(p.values())
    return [
        {"params": [v for v in values if v.dim() >= 2], "weight_decay": decay},
        {"params": [v for v in values if v.dim() < 2], "weight_decay": 0.0},
    ]


def cosine(step: int) -> float:
    warm = 5
    if step < warm:
        return 0.01 * (step + 1) / warm
    share = min((step - warm) / 40, 1)
    return 0.001 + (0.01 - 0.001) * (1 + math.cos(math.pi * share)) / 2


runs = {
    "adam": (lambda p: torch.optim.Adam(p.values(), lr=0.003), lambda step: 0.003, None),
    "adamWithDecay": (lambda p: torch.optim.Adam(p.values(), lr=0.003, weight_decay=0.05), lambda step: 0.003, None),
    "adamW": (lambda p: torch.optim.AdamW(matrices(p, 0.1), lr=0.01), cosine, 0.5),
    "sgd": (lambda p: torch.optim.SGD(p.values(), lr=0.05), lambda step: 0.05, None),
    "nesterov": (
        lambda p: torch.optim.SGD(p.values(), lr=0.02, momentum=0.9, nesterov=True, weight_decay=0.01),
        lambda step: 0.02,
        None,
    ),
}


def curve(name: str, dtype: torch.dtype) -> list[float]:
    make, rate, limit = runs[name]
    parameters = start(dtype)
    optimizer = make(parameters)
    losses = []
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        image = tensor(1_000_003 + step % batches, image_dims, dtype) * 2
        share = tensor(2_000_003 + step % batches, (image_dims[0], classes), dtype)
        target = F.softmax(share * 8, dim=1)
        optimizer.zero_grad()
        loss = loss_of(parameters, image, target)
        loss.backward()
        if limit is not None:
            torch.nn.utils.clip_grad_norm_(list(parameters.values()), limit)
        optimizer.step()
        losses.append(loss.item())
    return losses


torch.set_num_threads(1)
result = {
    name: {"float32": [float(f"{v:.9g}") for v in curve(name, torch.float32)],
           "float64": [float(f"{v:.12g}") for v in curve(name, torch.float64)]}
    for name in runs
}
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump({"source": f"PyTorch {torch.__version__.split('+')[0]}, CPU, one thread", "curves": result}, file, indent=1)
    file.write("\n")
for name, curves in result.items():
    worst = max(abs(a - b) / b for a, b in zip(curves["float32"], curves["float64"]))
    print(f"{name}: {curves['float64'][0]:.4f} -> {curves['float64'][-1]:.4f}, single against double {worst:.1e}")
