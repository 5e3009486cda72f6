"""Crops and the teachers' features of them, on disk: computed once, used by every student.

A shard is a folder of arrays: `images.npy` uint8 [N, S, S, 3] and `features_4.npy` … float16 [N, h, h, K]. Shard i
depends on the seed and i alone; a shard that exists is never made again, so an interrupted run goes on, and a larger
count adds to a cache.
"""

import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from .crops import CropMaker, photographs, plain
from .networks import STRIDES
from .teachers import GROUPS, Basis, Group, Teachers

SHARD = 128
BATCH = 16


@dataclass(frozen=True)
class Recipe:
    """Where things are and how crops are made."""

    cache: Path
    photographs: Path = Path()
    """Searched for images at any depth; without any, all crops are drawn."""
    teachers: Path = Path()
    groups: tuple[Group, ...] = GROUPS
    size: int = 160
    held_out_size: int = 192
    seed: int = 0
    basis_crops: int = 768


def write_shard(folder: Path, arrays: dict[str, np.ndarray]) -> None:
    """All or nothing: a half-written shard never gets its name."""
    scratch = folder.with_name(f".{folder.name}.{os.getpid()}")
    scratch.mkdir(parents=True, exist_ok=True)
    for name, values in arrays.items():
        np.save(scratch / f"{name}.npy", values)
    scratch.rename(folder)


def read_shard(folder: Path) -> dict[str, np.ndarray]:
    """The arrays, mapped from disk."""
    return {path.stem: np.load(path, mmap_mode="r") for path in sorted(folder.glob("*.npy"))}


def shards(cache: Path) -> list[Path]:
    return sorted(cache.glob("shard-*"))


def sample(cache: Path) -> np.ndarray:
    """Images of the first shards, uint8 [N, S, S, 3]: enough for statistics of features."""
    return np.concatenate([read_shard(folder)["images"] for folder in shards(cache)[:4]])


def learned(teachers: Teachers, images: np.ndarray, basis: Basis) -> dict[str, np.ndarray]:
    parts = [teachers.targets(images[i : i + BATCH], basis) for i in range(0, len(images), BATCH)]
    joined = {f"features_{stride}": np.concatenate([part[stride] for part in parts]) for stride in STRIDES}
    return {"images": images, **joined}


def prepare(recipe: Recipe) -> None:
    """Fits the basis and looks at the held-out photographs: as they are, and as crops like those of training."""
    recipe.cache.mkdir(parents=True, exist_ok=True)
    training, held_out = photographs(recipe.photographs)
    teachers = Teachers(recipe.teachers, recipe.groups, threads=2)
    basis_file = recipe.cache / "basis.npz"
    if not basis_file.exists():
        maker, random = CropMaker(training, recipe.size), np.random.default_rng([recipe.seed, 0])
        batches = [np.stack([maker.crop(random) for _ in range(BATCH)]) for _ in range(recipe.basis_crops // BATCH)]
        basis = teachers.fit(batches)
        for name, share in basis.kept.items():
            print(f"{name}: components keep {share:.3f} of the variance", flush=True)
        basis.save(basis_file)
    basis = Basis.load(basis_file)
    if held_out and not (recipe.cache / "held-out-plain").exists():
        images = np.stack([plain(file, recipe.held_out_size) for file in held_out])
        write_shard(recipe.cache / "held-out-plain", learned(teachers, images, basis))
    if not (recipe.cache / "held-out-crops").exists():
        maker, random = CropMaker(held_out, recipe.size), np.random.default_rng([recipe.seed, 1])
        images = np.stack([maker.crop(random) for _ in range(SHARD)])
        write_shard(recipe.cache / "held-out-crops", learned(teachers, images, basis))


_worker: tuple[CropMaker, Teachers, Basis] | None = None


def _open(recipe: Recipe) -> None:
    global _worker
    import torch

    torch.set_num_threads(1)
    maker = CropMaker(photographs(recipe.photographs)[0], recipe.size)
    _worker = maker, Teachers(recipe.teachers, recipe.groups, threads=1), Basis.load(recipe.cache / "basis.npz")


def _make(recipe: Recipe, index: int) -> int:
    assert _worker is not None
    maker, teachers, basis = _worker
    random = np.random.default_rng([recipe.seed, 2, index])
    images = np.stack([maker.crop(random) for _ in range(SHARD)])
    write_shard(recipe.cache / f"shard-{index:05}", learned(teachers, images, basis))
    return index


def make_shards(recipe: Recipe, count: int, workers: int) -> None:
    """Makes shards 0 to count - 1 that do not exist yet."""
    prepare(recipe)
    missing = [i for i in range(count) if not (recipe.cache / f"shard-{i:05}").exists()]
    with ProcessPoolExecutor(workers, get_context("spawn"), _open, (recipe,)) as pool:
        waiting = [pool.submit(_make, recipe, index) for index in missing]
        for done, future in enumerate(as_completed(waiting), 1):
            print(f"shard {future.result():05} ({done} of {len(missing)})", flush=True)
