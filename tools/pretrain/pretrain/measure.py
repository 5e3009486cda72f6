"""What counts in the end: AUROC of the product's memory head on real data sets, by the product's own command line.

Seeds 0 to 2 of each data set, image and pixel AUROC. `groups.csv` beside a data set keeps exposures of one part
together. Needs a built checkout (`pnpm build`).
"""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]


def measured(backbone: Path, data: Path, seed: int, size: int, checkout: Path) -> tuple[float, float]:
    """Image and pixel AUROC of one training."""
    command = ["node", str(checkout / "packages/oddpixel/dist/main.js")]
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder) / "model.onnx")
        train = ["train", str(data), "--backbone", str(backbone), "--size", str(size), "--seed", str(seed)]
        groups = data / "groups.csv"
        train += ["--groups", str(groups)] if groups.exists() else []
        subprocess.run([*command, *train, "--out", model], check=True, capture_output=True)
        report = subprocess.run([*command, "evaluate", model, str(data), "--json"], check=True, capture_output=True)
        measures = json.loads(report.stdout)
        return measures["image"]["auroc"], measures["pixel"]["auroc"]


def rows(backbone: Path, sets: list[Path], seeds: int, size: int, checkout: Path = CHECKOUT) -> Iterator[str]:
    """Lines of a Markdown table: one per data set, the mean over seeds and each seed."""
    for data in sets:
        pairs = [measured(backbone, data, seed, size, checkout) for seed in range(seeds)]
        image, pixel = (sum(values) / seeds for values in zip(*pairs))
        each = ", ".join(f"{a:.4f} / {b:.4f}" for a, b in pairs)
        yield f"| {backbone.stem} | {data.name} | {image:.4f} / {pixel:.4f} | {each} |"
