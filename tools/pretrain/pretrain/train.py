"""The training loop: imitate the teachers' features as the product's heads see them, all groups alike.

AdamW with a warm-up, a long constant rate and a linear descent to zero at the end, so that a run can be prolonged:
the last checkpoint before the descent is kept. Averaged weights (Polyak) are what is measured and exported. bfloat16
where the processor has it. Everything is in the checkpoint; a killed run goes on at its last one.
"""

import copy
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .fit import VIEWS, Span, View, load_held_out, metrics, spans, unexplained
from .networks import SHAPES, STRIDES, Student
from .shards import Recipe, read_shard, shards

DESCENT = 0.35
"""Share of all steps at the end in which the rate falls to zero."""
CALM = 0.15
"""Crops whose variance lies far below this share of the usual one all weigh the same: up to 8 times the usual."""


@dataclass(frozen=True)
class Plan:
    """What makes a run the run it is; kept in its checkpoint."""

    shape: str
    heads: tuple[int, ...]
    """Channels learned at strides 4, 8 and 16."""
    steps: int
    batch: int = 32
    rate: float = 2e-3
    decay: float = 0.02
    warm_up: int = 300
    seed: int = 0
    whitening: float = 0.5
    """How much weak directions of a teacher's features count: see `metrics`."""
    view: str = "raw"
    """Where differences are judged: see `VIEWS`."""
    half: bool = True
    """bfloat16 for convolutions."""


def rate_at(step: int, plan: Plan) -> float:
    """Learning rate of a step: up, level, down."""
    left = (plan.steps - step) / (plan.steps * DESCENT)
    return plan.rate * min(1, (step + 1) / plan.warm_up, max(left, 0))


class Crops:
    """All shards of a cache as one list, in a new order each epoch."""

    def __init__(self, cache: Path) -> None:
        self.shards = [read_shard(folder) for folder in shards(cache)]
        if not self.shards:
            raise FileNotFoundError(f"{cache}: no shards. Run `python -m pretrain targets` first.")
        self.shard_size = len(self.shards[0]["images"])

    def __len__(self) -> int:
        return len(self.shards) * self.shard_size

    def batch(self, indices: np.ndarray) -> tuple[Tensor, list[Tensor]]:
        """Images [N, 3, S, S] float32 and targets [N, K, h, h] per stride, channels last in memory."""

        def gather(name: str) -> Tensor:
            rows = [self.shards[i // self.shard_size][name][i % self.shard_size] for i in indices]
            return torch.from_numpy(np.stack(rows)).permute(0, 3, 1, 2)

        return gather("images").float(), [gather(f"features_{stride}").float() for stride in STRIDES]


def quadratic(values: Tensor, metric: Tensor) -> tuple[Tensor, Tensor]:
    """v' P v of every crop's mean position, [N, 1, 1, 1], and P v, for values [N, K, h, w]."""
    turned = F.conv2d(values, metric[:, :, None, None])
    return (values * turned).sum(1, keepdim=True).mean((2, 3), keepdim=True), turned


def crop_weights(target: Tensor, metric: Tensor) -> Tensor:
    """Weight of each crop in a group's loss, [N, 1, 1, 1], from its target as seen, [N, K, h, w].

    What varies little counts more: anomalies are sought among images that resemble each other, and without this the
    student spends itself on what tells a dog from a car and blurs the differences inside one gray surface.
    """
    own, _ = quadratic(target - target.mean((2, 3), keepdim=True), metric)
    return (1 + CALM) / (own + CALM)


@torch.no_grad()
def unexplained_shares(
    outputs: list[Tensor], targets: list[Tensor], parts: list[Span], metric: list[Tensor], view: View
) -> tuple[Tensor, list[Tensor]]:
    """Weighted squared error in each group's metric, [G], and the gradient of their sum by each output.

    By hand, because automatic differentiation took a tenth of a step for it; the smoke run compares the two.
    """
    wanted = [view.look(target, stride) for stride, target in zip(STRIDES, targets)]
    differences = [view.look(output.float(), stride) - target for stride, output, target in zip(STRIDES, outputs, wanted)]
    shares = []
    for part, matrix in zip(parts, metric):
        span = slice(part.first, part.end)
        difference = differences[part.level][:, span]
        weights = crop_weights(wanted[part.level][:, span], matrix) / len(difference)
        errors, turned = quadratic(difference, matrix)
        shares.append((errors * weights).sum())
        height, width = difference.shape[2:]
        difference.copy_(turned * (2 * weights / (height * width)))
    gradients = [view.backwards(d, s).to(o.dtype) for s, d, o in zip(STRIDES, differences, outputs)]
    return torch.stack(shares), gradients


class Run:
    """A student in training and all that its next step depends on."""

    def __init__(self, plan: Plan) -> None:
        torch.manual_seed(plan.seed)
        self.plan = plan
        self.student = Student(SHAPES[plan.shape], plan.heads).to(memory_format=torch.channels_last)
        self.average = copy.deepcopy(self.student).eval().requires_grad_(False)
        matrices = [p for p in self.student.parameters() if p.ndim > 1]
        vectors = [p for p in self.student.parameters() if p.ndim <= 1]
        groups = [{"params": matrices, "weight_decay": plan.decay}, {"params": vectors, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=plan.rate)
        self.step = 0
        self.epoch = 0
        self.position = 0
        """Crops of this epoch already used."""

    def save(self, path: Path) -> None:
        state = {
            "plan": asdict(self.plan),
            "student": self.student.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "counters": (self.step, self.epoch, self.position),
        }
        scratch = path.with_suffix(".part")
        torch.save(state, scratch)
        scratch.replace(path)

    @staticmethod
    def load(path: Path, steps: int | None = None) -> "Run":
        """Goes on from a checkpoint; `steps` prolongs the plan."""
        state = torch.load(path, weights_only=True)
        plan = Plan(**state["plan"])
        plan = plan if steps is None else replace(plan, steps=steps)
        run = Run(plan)
        run.student.load_state_dict(state["student"])
        run.average.load_state_dict(state["average"])
        run.optimizer.load_state_dict(state["optimizer"])
        run.step, run.epoch, run.position = state["counters"]
        return run

    def ends_epoch(self, crops: Crops) -> bool:
        return self.position + self.plan.batch > len(crops)

    def next_indices(self, crops: Crops) -> np.ndarray:
        order = np.random.default_rng([self.plan.seed, self.epoch]).permutation(len(crops))
        self.position += self.plan.batch
        return order[self.position - self.plan.batch : self.position]

    def advance(self, crops: Crops, parts: list[Span], metric: list[Tensor]) -> Tensor:
        """One step; returns the unexplained share of each group, [G]."""
        images, targets = crops.batch(self.next_indices(crops))
        for group in self.optimizer.param_groups:
            group["lr"] = rate_at(self.step, self.plan)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.plan.half):
            outputs = self.student(images)
        shares, gradients = unexplained_shares(outputs, targets, parts, metric, VIEWS[self.plan.view])
        self.optimizer.zero_grad()
        torch.autograd.backward(outputs, gradients)
        self.optimizer.step()
        self.step += 1
        self.follow()
        return shares

    @torch.no_grad()
    def follow(self) -> None:
        """The average moves towards the student: slowly, but quickly at first."""
        share = max(0.0005, 9 / (10 + self.step))
        for mean, value in zip(self.average.state_dict().values(), self.student.state_dict().values()):
            mean.lerp_(value, share) if mean.is_floating_point() else mean.copy_(value)


@dataclass(frozen=True)
class Habits:
    """How often a run saves and measures itself, in seconds, and where it stops before the plan's end."""

    save: float = 180
    measure: float = 600
    stop_at: int | None = None


def train(run: Run, recipe: Recipe, folder: Path, habits: Habits) -> None:
    """Trains to the end of the plan; checkpoints and a log (JSON lines) in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    cache = recipe.cache
    crops, parts = Crops(cache), spans(recipe.groups, STRIDES)
    held_out = load_held_out(cache)
    metric = metrics(read_shard(shards(cache)[0]), parts, run.plan.whitening, VIEWS[run.plan.view])
    log = (folder / "log.jsonl").open("a", buffering=1)
    saved = measured = time.monotonic()
    descent = int(run.plan.steps * (1 - DESCENT))
    recent: list[Tensor] = []
    end = run.plan.steps if habits.stop_at is None else habits.stop_at
    while run.step < end:
        if run.step == descent:
            run.save(folder / "before-descent.pt")
        if run.ends_epoch(crops):
            # More shards may have been written in the meantime.
            crops, run.epoch, run.position = Crops(cache), run.epoch + 1, 0
        recent.append(run.advance(crops, parts, metric))
        last = run.step == end
        if run.step % 50 == 0 or last:
            shares = [round(share, 4) for share in torch.stack(recent).mean(0).tolist()]
            recent = []
            entry = {"step": run.step, "epoch": run.epoch, "crops": len(crops), "unexplained": shares}
            log.write(json.dumps(entry | {"cpu": time.process_time()}) + "\n")
        if last or time.monotonic() - measured > habits.measure:
            found = {name: unexplained(run.average, arrays, parts) for name, arrays in held_out.items()}
            log.write(json.dumps({"step": run.step, "heldOut": found}) + "\n")
            measured = time.monotonic()
        if last or time.monotonic() - saved > habits.save:
            run.save(folder / "checkpoint.pt")
            saved = time.monotonic()
