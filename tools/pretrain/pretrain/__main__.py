"""The command: `python -m pretrain targets | train | export | measure`, or `--smoke`. See the README."""

import argparse
from pathlib import Path

from .networks import SHAPES, STRIDES
from .shards import Recipe, make_shards
from .teachers import head_widths


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="pretrain", description=__doc__)
    top.add_argument("--smoke", action="store_true", help="try everything in a minute, on drawn pictures")
    commands = top.add_subparsers(dest="command")
    targets = commands.add_parser("targets", help="make crops and compute the teachers' features, once")
    targets.add_argument("--cache", type=Path, required=True)
    targets.add_argument("--photographs", type=Path, required=True)
    targets.add_argument("--teachers", type=Path, required=True)
    targets.add_argument("--shards", type=int, default=160, help="of 128 crops")
    targets.add_argument("--workers", type=int, default=2)
    targets.add_argument("--seed", type=int, default=0)
    train = commands.add_parser("train", help="train a student, or go on from its checkpoint")
    train.add_argument("--cache", type=Path, required=True)
    train.add_argument("--out", type=Path, required=True, help="folder for checkpoints and log")
    train.add_argument("--shape", choices=sorted(SHAPES), default="small")
    train.add_argument("--steps", type=int, default=20_000)
    train.add_argument("--rate", type=float, default=2e-3)
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--threads", type=int, default=1)
    train.add_argument("--float32", action="store_true", help="no bfloat16: slower where the processor has it")
    export = commands.add_parser("export", help="write a checkpoint's averaged weights as ONNX")
    export.add_argument("checkpoint", type=Path)
    export.add_argument("file", type=Path)
    measure = commands.add_parser("measure", help="AUROC of an extractor on data sets, by the product's command line")
    measure.add_argument("file", type=Path)
    measure.add_argument("sets", type=Path, nargs="+")
    measure.add_argument("--seeds", type=int, default=3)
    measure.add_argument("--size", type=int, default=256)
    return top


def train_command(options: argparse.Namespace) -> None:
    import torch

    from .train import Habits, Plan, Run, train

    torch.set_num_threads(options.threads)
    recipe = Recipe(options.cache)
    checkpoint = options.out / "checkpoint.pt"
    if checkpoint.exists():
        run = Run.load(checkpoint, options.steps)
        print(f"going on at step {run.step} of {run.plan.steps}", flush=True)
    else:
        heads = head_widths(recipe.groups, STRIDES)
        half = not options.float32
        run = Run(Plan(options.shape, heads, options.steps, rate=options.rate, seed=options.seed, half=half))
    train(run, recipe, options.out, Habits())


def main() -> None:
    options = parser().parse_args()
    if options.smoke:
        from .smoke import smoke

        smoke()
    elif options.command == "targets":
        recipe = Recipe(options.cache, options.photographs, options.teachers, seed=options.seed)
        make_shards(recipe, options.shards, options.workers)
    elif options.command == "train":
        train_command(options)
    elif options.command == "export":
        from .export import export
        from .train import Run

        export(Run.load(options.checkpoint).average, options.file)
    elif options.command == "measure":
        from .measure import rows

        for row in rows(options.file, options.sets, options.seeds, options.size):
            print(row, flush=True)
    else:
        parser().error("say targets, train, export or measure, or --smoke")


if __name__ == "__main__":
    main()
