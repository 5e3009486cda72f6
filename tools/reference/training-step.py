"""PyTorch's side of bench/training-step: the same networks, trained and timed on request.

Reads one JSON object per line from stdin and answers with one per line on stdout:

    {"open": {"file": …, "tensors": [{"name", "kind", "dims"}], "network": …, …}}  -> {"variants": [...]}
    {"check": steps}                                    -> {"losses": [...], "norms": {name: square root of sum of squares}}
    {"time": variant, "steps": n}                       -> {"ms": milliseconds per step, "cpuMs": the same on all cores}

`check` trains the plainest variant from the start weights. The file holds float32 numbers, tensor after tensor.
Offline only; users never need it. Letters: N batch, C channels, H height, W width.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")  # stdout and stderr belong to the measurement; missing NumPy is no matter here.


def say(answer: dict) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


try:
    import torch
    import torch.nn.functional as F
except Exception as error:  # Whatever keeps it from loading is the reason to tell.
    say({"absent": f"{type(error).__name__}: {error}"})
    sys.exit(0)


def read_tensors(spec: dict) -> dict[str, dict[str, "torch.Tensor"]]:
    """By kind (`start`, `batch`) and name."""
    with open(spec["file"], "rb") as file:
        content = bytearray(file.read())
    tensors, offset = {"start": {}, "batch": {}}, 0
    for entry in spec["tensors"]:
        count = 1
        for size in entry["dims"]:
            count *= size
        flat = torch.frombuffer(content, dtype=torch.float32, count=count, offset=offset)
        tensors[entry["kind"]][entry["name"]] = flat.reshape(entry["dims"]).clone()
        offset += 4 * count
    return tensors


def student_losses(p: dict, batch: dict, spec: dict) -> tuple["torch.Tensor", "torch.Tensor"]:
    """The reported loss, and what backward starts from: each group of parameters follows its own loss."""

    def layer(x, name):
        return torch.addmm(p[f"student/{name}/bias"], x, p[f"student/{name}"])

    noisy = batch["noisy"]
    code = layer(F.gelu(layer(noisy, "encode")), "narrow")
    mean = layer(F.gelu(layer(code, "widen")), "decode")
    judged = layer(F.gelu(layer(noisy, "look")), "judge").clamp(-12, 6)
    errors = (batch["features"] - mean).square().mean(1, keepdim=True)
    error = errors.mean()
    difficulty = (errors.detach() * torch.exp(-judged) + judged).mean()
    return error, error + spec["difficultyWeight"] * difficulty


def cnn_losses(p: dict, batch: dict, spec: dict) -> tuple["torch.Tensor", "torch.Tensor"]:
    x = batch["image"]
    for name, stride in (("stem", 2), ("stage1", 1), ("down2", 2), ("stage2", 1), ("down3", 2)):
        if spec["isNormalized"]:
            x = F.conv2d(x, p[name], None, stride=stride, padding=1)
            x = F.batch_norm(x, None, None, p[f"{name}/scale"], p[f"{name}/bias"], training=True, eps=1e-5)
        else:
            x = F.conv2d(x, p[name], p[f"{name}/bias"], stride=stride, padding=1)
        x = F.relu(x, inplace=True)
    logits = torch.addmm(p["dense/bias"], x.mean((2, 3)), p["dense"])
    loss = -(batch["target"] * F.log_softmax(logits, dim=1)).sum(1).mean()
    return loss, loss


losses_of = {"student": student_losses, "cnn": cnn_losses}


class Training:
    """One copy of the network with its optimizer."""

    def __init__(self, tensors: dict, spec: dict, channels_last: bool, fused: bool) -> None:
        def place(tensor):
            if channels_last and tensor.dim() == 4:
                return tensor.clone(memory_format=torch.channels_last)
            return tensor.clone()

        self.spec = spec
        self.batch = {name: place(tensor) for name, tensor in tensors["batch"].items()}
        self.parameters = {name: place(tensor).requires_grad_() for name, tensor in tensors["start"].items()}
        self.optimizer = torch.optim.AdamW(
            self.parameters.values(), lr=spec["learningRate"], weight_decay=spec["weightDecay"], fused=fused
        )

    def step(self) -> "torch.Tensor":
        self.optimizer.zero_grad(set_to_none=True)
        reported, total = losses_of[self.spec["network"]](self.parameters, self.batch, self.spec)
        total.backward()
        self.optimizer.step()
        return reported.detach()


def open_variants(spec: dict) -> dict[str, Training]:
    tensors = read_tensors(spec)
    layouts = {"": False, "channels_last ": True} if spec["network"] == "cnn" else {"": False}
    return {
        f"{layout}{optimizer}": Training(tensors, spec, channels_last, fused)
        for layout, channels_last in layouts.items()
        for optimizer, fused in (("plain AdamW", False), ("fused AdamW", True))
    }


def check(training: Training, steps: int) -> dict:
    losses = [training.step().item() for _ in range(steps)]
    norms = {name: p.detach().double().square().sum().sqrt().item() for name, p in training.parameters.items()}
    return {"losses": losses, "norms": norms}


def time_steps(training: Training, steps: int) -> dict:
    started, cpu_started = time.perf_counter(), time.process_time()
    for _ in range(steps):
        training.step()
    elapsed, cpu = time.perf_counter() - started, time.process_time() - cpu_started
    return {"ms": 1000 * elapsed / steps, "cpuMs": 1000 * cpu / steps}


torch.set_num_threads(int(sys.argv[1]))
say({"torch": torch.__version__, "config": torch.__config__.show(), "threads": torch.get_num_threads()})
variants: dict[str, Training] = {}
for line in sys.stdin:
    asked = json.loads(line)
    if "open" in asked:
        variants = open_variants(asked["open"])
        say({"variants": list(variants)})
    elif "check" in asked:
        say(check(next(iter(variants.values())), asked["check"]))
    else:
        say(time_steps(variants[asked["time"]], asked["steps"]))
