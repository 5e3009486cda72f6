"""Speed of backbones in ONNX Runtime on this CPU, all files interleaved in one run.

Two measures per batch size: elapsed time per image with all cores, which counts but suffers from whatever else runs;
and processor time per image of one thread, which hardly does. Medians, milliseconds, 256x256 unless told.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnxruntime as ort

BATCHES = (1, 4, 8)


def opened(file: Path, threads: int) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def per_image(session: ort.InferenceSession, image: np.ndarray, clock: Callable[[], float]) -> float:
    start = clock()
    session.run(None, {"image": image})
    return (clock() - start) * 1000 / len(image)


def rows(files: list[Path], repeats: int = 7, size: int = 256) -> Iterator[str]:
    """Lines of a Markdown table; the last column is images per second relative to the first file, best batches."""
    modes: list[tuple[str, int, Callable[[], float]]] = [
        ("elapsed, all cores", 0, time.perf_counter),
        ("one thread, processor time", 1, time.thread_time),
    ]
    images = {n: np.random.default_rng(0).uniform(0, 255, (n, 3, size, size)).astype(np.float32) for n in BATCHES}
    yield "| backbone | measure | " + " | ".join(f"batch {n}" for n in BATCHES) + " | relative |"
    yield "|---|---|" + "---|" * (len(BATCHES) + 1)
    for name, threads, clock in modes:
        sessions = {file: opened(file, threads) for file in files}
        times: dict[tuple[Path, int], list[float]] = {(file, n): [] for file in files for n in BATCHES}
        for _ in range(repeats):
            for file, n in times:
                session = sessions[file]
                # The first run after another network pays for its caches.
                session.run(None, {"image": images[n]})
                times[file, n].append(per_image(session, images[n], clock))
        best = {file: min(float(np.median(times[file, n])) for n in BATCHES) for file in files}
        for file in files:
            each = " | ".join(f"{np.median(times[file, n]):.2f}" for n in BATCHES)
            yield f"| {file.stem} | {name} | {each} | {best[files[0]] / best[file]:.2f} |"
