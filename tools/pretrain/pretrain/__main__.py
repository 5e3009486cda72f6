"""The command: `python -m pretrain targets | train | export | all | measure | quick | speed`, or `--smoke`. See the README."""

import argparse
from pathlib import Path

from .networks import SHAPES, STRIDES
from .shards import Recipe, make_shards, read_shard, sample, shards
from .teachers import head_widths

CHANNELS = {"tiny": (8, 32, 128), "small": (8, 32, 128), "medium": (10, 40, 160)}
"""Output channels at strides 4, 8, 16 if `--channels` is not given."""


def integers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="pretrain", description=__doc__)
    top.add_argument("--smoke", action="store_true", help="try everything in a minute, on drawn pictures")
    commands = top.add_subparsers(dest="command")

    cached = argparse.ArgumentParser(add_help=False)
    cached.add_argument("--cache", type=Path, required=True, help="folder of crops and teachers' features")
    cached.add_argument("--seed", type=int, default=0)
    making = argparse.ArgumentParser(add_help=False)
    making.add_argument("--photographs", type=Path, required=True)
    making.add_argument("--teachers", type=Path, required=True)
    making.add_argument("--shards", type=int, default=96, help="of 128 crops")
    making.add_argument("--workers", type=int, default=2)
    training = argparse.ArgumentParser(add_help=False)
    training.add_argument("--out", type=Path, required=True, help="folder for checkpoints and log")
    training.add_argument("--shape", choices=sorted(SHAPES), default="small")
    training.add_argument("--start", type=Path, help="ONNX file of the same shape to start from; default: random weights")
    training.add_argument("--steps", type=int, default=12_000)
    training.add_argument("--rate", type=float, default=2e-3)
    training.add_argument("--whitening", type=float, default=0.5, help="0..1: how much weak directions count")
    training.add_argument("--view", choices=("raw", "seen"), default="raw", help="where differences are judged")
    training.add_argument("--threads", type=int, default=1)
    training.add_argument("--float32", action="store_true", help="no bfloat16: for processors without it")
    reducing = argparse.ArgumentParser(add_help=False)
    reducing.add_argument("--channels", type=integers, help="outputs at strides 4, 8, 16, such as 24,64,128")
    reducing.add_argument("--storage", choices=("float16", "int8"), default="float16", help="how weights are kept")

    commands.add_parser("targets", parents=[cached, making], help="make crops and ask the teachers, once")
    commands.add_parser("train", parents=[cached, training], help="train a student, or go on from its checkpoint")
    export = commands.add_parser("export", parents=[cached, reducing], help="write a checkpoint as ONNX")
    export.add_argument("checkpoint", type=Path)
    export.add_argument("file", type=Path)
    commands.add_parser("all", parents=[cached, making, training, reducing], help="targets, train, export")
    measure = commands.add_parser("measure", help="AUROC on data sets, by the product's command line")
    measure.add_argument("file", type=Path)
    measure.add_argument("sets", type=Path, nargs="+")
    measure.add_argument("--seeds", type=int, default=3)
    measure.add_argument("--size", type=int, default=256)
    quick = commands.add_parser("quick", help="AUROC by a quick copy of the memory head, to compare backbones")
    quick.add_argument("files", type=Path, nargs="+")
    quick.add_argument("--sets", type=Path, nargs="+", required=True)
    quick.add_argument("--size", type=int, default=256)
    speed = commands.add_parser("speed", help="speed of ONNX files, interleaved")
    speed.add_argument("files", type=Path, nargs="+")
    return top


def targets_command(options: argparse.Namespace) -> None:
    recipe = Recipe(options.cache, options.photographs, options.teachers, seed=options.seed)
    make_shards(recipe, options.shards, options.workers)


def train_command(options: argparse.Namespace) -> None:
    import torch

    from .train import Habits, Plan, Run, train
    from .warm import warm

    torch.set_num_threads(options.threads)
    recipe = Recipe(options.cache)
    checkpoint = options.out / "checkpoint.pt"
    if checkpoint.exists():
        run = Run.load(checkpoint, options.steps)
        print(f"going on at step {run.step} of {run.plan.steps}", flush=True)
    else:
        heads = head_widths(recipe.groups, STRIDES)
        chosen = {"rate": options.rate, "seed": options.seed, "whitening": options.whitening, "view": options.view}
        run = Run(Plan(options.shape, heads, options.steps, **chosen, half=not options.float32))
        if options.start is not None:
            warm(run.student, options.start, read_shard(shards(options.cache)[0]))
            run.average.load_state_dict(run.student.state_dict())
    train(run, recipe, options.out, Habits())


def export_command(options: argparse.Namespace, checkpoint: Path, file: Path) -> None:
    from .export import export
    from .fit import spans
    from .reduce import reduced
    from .train import Run

    run = Run.load(checkpoint)
    recipe = Recipe(options.cache)
    channels = options.channels or CHANNELS.get(run.plan.shape, run.plan.heads)
    student = reduced(run.average, sample(recipe.cache), spans(recipe.groups, STRIDES), channels)
    export(student, file, options.storage)
    print(f"{file}: step {run.step}, {file.stat().st_size} bytes")


def main() -> None:
    options = parser().parse_args()
    if options.smoke:
        from .smoke import smoke

        smoke()
    elif options.command == "targets":
        targets_command(options)
    elif options.command == "train":
        train_command(options)
    elif options.command == "export":
        export_command(options, options.checkpoint, options.file)
    elif options.command == "all":
        targets_command(options)
        train_command(options)
        export_command(options, options.out / "checkpoint.pt", options.out / f"{options.shape}.onnx")
    elif options.command == "measure":
        from .measure import rows

        for row in rows(options.file, options.sets, options.seeds, options.size):
            print(row, flush=True)
    elif options.command == "quick":
        from .quick import rows as quick_rows

        for row in quick_rows(options.files, options.sets, options.size):
            print(row, flush=True)
    elif options.command == "speed":
        from .speed import rows as speed_rows

        for row in speed_rows(options.files):
            print(row, flush=True)
    else:
        parser().error("say what to do, or --smoke")


if __name__ == "__main__":
    main()
