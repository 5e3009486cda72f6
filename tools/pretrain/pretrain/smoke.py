"""A whole run in under a minute on drawn pictures alone: targets, training, interruption, export, comparison.

The teacher is a small random network written by our own exporter, so nothing has to be downloaded. What it proves: a
resumed run equals an uninterrupted one, the error falls, and ONNX Runtime computes from the exported file what
PyTorch computes from the same float16 weights, for several images of a shape that is not square.
"""

import tempfile
from itertools import product
from pathlib import Path

import numpy as np
import onnxruntime as ort
import torch

from .export import Storage, export, rounded
from .fit import VIEWS, seen, spans, unexplained
from .networks import SHAPES, STRIDES, Student
from .quick import auroc
from .reduce import reduced
from .shards import Recipe, make_shards, read_shard, sample
from .teachers import Group, head_widths
from .train import Habits, Plan, Run, crop_weights, train, unexplained_shares
from .warm import warm

TEACHER = "teacher.onnx"
GROUPS = tuple(Group(TEACHER, f"features_{stride}", stride, 4) for stride in STRIDES)
TOLERANCE = 1e-4
"""Largest difference between PyTorch and ONNX Runtime, relative to the largest value."""


def check(condition: bool, message: str) -> None:
    if not condition:
        raise SystemExit(f"smoke run failed: {message}")
    print(f"ok: {message}", flush=True)


def largest_difference(student: Student, file: Path, dims: tuple[int, int, int], storage: Storage) -> float:
    """PyTorch against ONNX Runtime on noise of [N, 3, H, W], relative to the largest value of each output."""
    count, height, width = dims
    image = np.random.default_rng(0).uniform(0, 255, (count, 3, height, width)).astype(np.float32)
    with torch.no_grad():
        expected = [level.numpy() for level in rounded(student, storage)(torch.from_numpy(image))]
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    found = session.run([f"features_{stride}" for stride in STRIDES], {"image": image})
    for stride, a, b in zip(STRIDES, expected, found):
        check(a.shape == b.shape, f"features_{stride} is {list(b.shape)}")
    return max(float(np.abs(a - b).max() / np.abs(a).max()) for a, b in zip(expected, found))


def check_gradients(name: str) -> None:
    """The loss and its gradient by hand against automatic differentiation, on a shape that is not square."""
    view = VIEWS[name]
    parts = spans(GROUPS, STRIDES)
    roots = [torch.randn(4, 4) for _ in parts]
    shapes = [(2, 4, 96 // stride, 160 // stride) for stride in STRIDES]
    outputs = [torch.randn(dims, requires_grad=True) for dims in shapes]
    targets = [torch.randn(dims) for dims in shapes]
    shares, gradients = unexplained_shares(outputs, targets, parts, [root @ root.T for root in roots], view)
    slow = []
    for stride, output, target, root in zip(STRIDES, outputs, targets, roots):
        weights = crop_weights(view.look(target, stride), root @ root.T)[:, 0]
        rows = torch.einsum("nkhw,kj->nhwj", view.look(output, stride) - view.look(target, stride), root)
        slow.append((rows.square().sum(-1) * weights).mean())
    sum(slow).backward()
    check(torch.allclose(shares, torch.stack(slow).detach(), rtol=1e-5), f"{name}: the loss equals its plain formula")
    equal = all(torch.allclose(a, b.grad, atol=1e-7, rtol=1e-4) for a, b in zip(gradients, outputs))
    check(equal, f"{name}: the gradient equals automatic differentiation")


@torch.no_grad()
def check_warm_start(student: Student, folder: Path, shard: dict[str, np.ndarray]) -> None:
    """A student that starts from an exported file computes what the file does."""
    export(student, folder / "start.onnx")
    other = Student(SHAPES["smoke"], tuple(head.out_channels for head in student.heads))
    warm(other, folder / "start.onnx", shard)
    image = torch.rand(2, 3, 64, 96) * 255
    check_trunks(student, other, image, "a warm start")
    larger = Student(SHAPES["larger"], tuple(head.out_channels for head in student.heads))
    warm(larger, folder / "start.onnx", shard)
    check_trunks(student, larger, image, "a larger student")


def check_trunks(start: Student, other: Student, image: torch.Tensor, who: str) -> None:
    levels = [(a, b[:, : a.shape[1]]) for a, b in zip(start.eval().trunk(image), other.eval().trunk(image))]
    difference = max(float((a - b).abs().max() / a.abs().max()) for a, b in levels)
    check(difference < 0.01, f"{who} computes what its file does within {difference:.1e}")


def check_reduction(student: Student, images: np.ndarray) -> None:
    """With all its components a reduced student keeps every distance between features, but for each group's scale."""
    parts = spans(GROUPS, STRIDES)
    full = reduced(student, images, parts, (4, 4, 4))
    batch = torch.from_numpy(images).permute(0, 3, 1, 2).float()
    for stride, a, b in zip(STRIDES, student.eval()(batch), full(batch)):
        first, second = (torch.cdist(rows[:500], rows[:500]) for rows in (rows_of(a), rows_of(b)))
        ratio = second.sum() / first.sum()
        check(torch.allclose(first * ratio, second, rtol=1e-4, atol=1e-4), f"stride {stride}: distances stay")
        # Centring moves what lies beside the zeros beyond the border, which is most of such small crops.
        check(abs(rows_of(seen(b, stride)).var(0).mean() - 1) < 0.25, f"stride {stride}: about unit variance")


def rows_of(level: torch.Tensor) -> torch.Tensor:
    """[N, K, h, w] -> [N h w, K]."""
    return level.movedim(1, -1).flatten(0, 2).double()


def smoke() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        torch.manual_seed(1)
        for view in VIEWS:
            check_gradients(view)
        check(auroc(np.array([1.0, 2.0]), np.array([0.0, 1.0])) == 3.5 / 4, "AUROC counts pairs, a tie as half")
        torch.set_num_threads(1)
        teacher = Student(SHAPES["smoke"], (6, 6, 6)).eval()
        export(teacher, folder / TEACHER)
        recipe = Recipe(folder / "cache", folder, folder, groups=GROUPS, size=64, held_out_size=64, basis_crops=64)
        make_shards(recipe, 2, workers=1)
        check(len(read_shard(folder / "cache" / "shard-00001")["images"]) > 0, "targets were written")

        plan = Plan("smoke", head_widths(GROUPS, STRIDES), steps=40, batch=16, rate=5e-3, warm_up=3)
        never = Habits(save=1e9, measure=1e9)
        whole = Run(plan)
        before = whole.student.state_dict()["heads.0.weight"].clone()
        train(whole, recipe, folder / "whole", never)
        check(not torch.equal(before, whole.student.state_dict()["heads.0.weight"]), "training changed the weights")

        part = Run(plan)
        train(part, recipe, folder / "part", Habits(stop_at=9))
        resumed = Run.load(folder / "part" / "checkpoint.pt")
        train(resumed, recipe, folder / "part", never)
        ends = (run.average.state_dict().values() for run in (whole, resumed))
        equal = all(torch.equal(a, b) for a, b in zip(*ends))
        check(equal, "a resumed run ends with the same weights")

        held_out = read_shard(recipe.cache / "held-out-crops")
        parts = spans(GROUPS, STRIDES)
        start = unexplained(Run(plan).average, held_out, parts)["seen"]["mean"]
        end = unexplained(whole.average, held_out, parts)["seen"]["mean"]
        check(end < 0.9 * start, f"unexplained variance on held-out crops fell from {start:.2f} to {end:.2f}")

        check_warm_start(whole.average, folder, held_out)
        images = sample(recipe.cache)
        check_reduction(whole.average, images)
        student = reduced(whole.average, images, parts, (4, 3, 2))
        storages: tuple[Storage, ...] = ("float16", "int8")
        for storage, dims in product(storages, ((1, 64, 96), (3, 96, 32))):
            export(student, folder / "student.onnx", storage)
            difference = largest_difference(student, folder / "student.onnx", dims, storage)
            check(difference < TOLERANCE, f"{storage}, {dims}: ONNX Runtime equals PyTorch within {difference:.1e}")
