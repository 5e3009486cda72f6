"""A quick copy of the product's memory head, to compare backbones in half a minute: no coreset, no command line.

Levels are averaged over 3x3 neighbours, brought to the grid at stride 8 and scaled to RMS 1 per channel; 2,000 random
patches are remembered; an image is as odd as its oddest patch. AUROC lies below the product's, which chooses better
what to remember. Letters: N images, h, w the grid, K channels, D all channels.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from .crops import SUFFIXES
from .fit import GRID_STRIDE

ROWS = 2000
BATCH = 8
GOOD_SHARE = 0.7
"""Share of the good images for training if a data set has no split."""


@dataclass(frozen=True)
class Test:
    """An image to judge; `mask` marks its defect if the data set has one."""

    image: Path
    kind: str
    mask: Path | None


def images_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)


def split(data: Path) -> tuple[list[Path], list[Test]]:
    """Images to train and to judge, in the MVTec layout or that of one folder per kind, `good` among them."""
    if (data / "train").exists():
        tests = []
        for folder in sorted((data / "test").iterdir()):
            masks = data / "ground_truth" / folder.name
            for image in images_in(folder):
                mask = masks / f"{image.stem}_mask.png"
                tests.append(Test(image, folder.name, mask if mask.exists() else None))
        return images_in(data / "train" / "good"), tests
    good = images_in(data / "good")
    order = np.random.default_rng(0).permutation(len(good))
    count = round(GOOD_SHARE * len(good))
    tests = [Test(good[i], "good", None) for i in order[count:]]
    for folder in sorted(path for path in data.iterdir() if path.is_dir() and path.name != "good"):
        tests += [Test(image, folder.name, None) for image in images_in(folder)]
    return [good[i] for i in order[:count]], tests


def pixels(path: Path, size: int) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB").resize((size, size), Image.Resampling.BILINEAR), np.float32)


def levels(session: ort.InferenceSession, files: list[Path], size: int) -> list[Tensor]:
    """Each level of these images as the head sees it, [N, h, w, K]."""
    found: list[list[Tensor]] = [[] for _ in session.get_outputs()]
    grid = size // GRID_STRIDE
    for start in range(0, len(files), BATCH):
        batch = np.stack([pixels(path, size) for path in files[start : start + BATCH]]).transpose(0, 3, 1, 2)
        outputs = session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(batch)})
        for level, output in zip(found, outputs):
            pooled = F.avg_pool2d(torch.from_numpy(output), 3, 1, 1)
            aligned = F.interpolate(pooled, size=(grid, grid), mode="bilinear", align_corners=False)
            level.append(aligned.permute(0, 2, 3, 1))
    return [torch.cat(level) for level in found]


def maps(train: list[Tensor], tests: list[Tensor]) -> Tensor:
    """Distance of every patch to the nearest remembered one, [N, h, w]."""
    scales = [level.square().mean().rsqrt() for level in train]
    good = torch.cat([level * scale for level, scale in zip(train, scales)], -1).flatten(0, 2)
    chosen = np.random.default_rng(0).choice(len(good), min(ROWS, len(good)), replace=False)
    bank = good[torch.from_numpy(chosen)]
    odd = torch.cat([level * scale for level, scale in zip(tests, scales)], -1)
    found = [torch.cdist(image.flatten(0, 1), bank).min(1).values for image in odd]
    return torch.stack(found).unflatten(1, odd.shape[1:3])


def auroc(odd: np.ndarray, good: np.ndarray) -> float:
    """Share of pairs in which the odd one scores higher; a tie counts half."""
    order = np.sort(good)
    below, not_above = np.searchsorted(order, odd, "left"), np.searchsorted(order, odd, "right")
    return float((below + not_above).mean() / (2 * len(good)))


def row(backbone: Path, data: Path, size: int) -> str:
    """Line of a Markdown table: image AUROC, pixel AUROC at half the grid's stride, image AUROC of each kind."""
    session = ort.InferenceSession(backbone, providers=["CPUExecutionProvider"])
    train, tests = split(data)
    found = maps(levels(session, train, size), levels(session, [test.image for test in tests], size))
    scores = found.flatten(1).max(1).values.numpy()
    kinds = np.array([test.kind for test in tests])
    good = scores[kinds == "good"]
    each = ", ".join(f"{kind} {auroc(scores[kinds == kind], good):.3f}" for kind in sorted({*kinds} - {"good"}))
    image = auroc(scores[kinds != "good"], good)
    pixel = f"{pixel_auroc(found, tests):.3f}" if any(test.mask for test in tests) else "no masks"
    return f"| {backbone.stem} | {data.name} | {image:.3f} / {pixel} | {each} |"


def pixel_auroc(found: Tensor, tests: list[Test]) -> float:
    side = 2 * found.shape[1]
    values = F.interpolate(found[:, None], size=(side, side), mode="bilinear", align_corners=False)[:, 0].numpy()
    marked = np.zeros(values.shape, bool)
    for index, test in enumerate(tests):
        if test.mask is not None:
            with Image.open(test.mask) as mask:
                marked[index] = np.asarray(mask.convert("L").resize((side, side), Image.Resampling.BOX)) > 127
    return auroc(values[marked], values[~marked])


def rows(backbones: list[Path], sets: list[Path], size: int) -> Iterator[str]:
    for backbone in backbones:
        for data in sets:
            yield row(backbone, data, size)
