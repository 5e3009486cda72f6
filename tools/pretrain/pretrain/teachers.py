"""The teachers and the basis in which the student learns their features.

A group is one output of one teacher: centred, turned to its first principal components where it is wide, and scaled
as a whole to RMS 1, so that every group weighs the same and distances inside a group stay the teacher's own.
Letters: N images, S side, C teacher channels, K components, h = S / stride.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime as ort


@dataclass(frozen=True)
class Group:
    file: str
    output: str
    stride: int
    components: int
    """Channels learned: all of them, or the first principal components."""

    @property
    def name(self) -> str:
        return f"{self.file.split('-')[0]}.{self.output}"


MOBILENET, RESNET = "mobilenet-v2-trunk.onnx", "resnet50-v2-trunk.onnx"
GROUPS = (
    Group(MOBILENET, "features_4", 4, 24),
    Group(MOBILENET, "features_8", 8, 32),
    Group(RESNET, "features_8", 8, 96),
    Group(MOBILENET, "features_16_64", 16, 64),
    Group(MOBILENET, "features_16_96", 16, 96),
    Group(RESNET, "features_16", 16, 128),
)


@dataclass(frozen=True)
class Basis:
    """Per group: mean [C], directions [C, K] already scaled, share of the teacher's variance that they keep."""

    means: dict[str, np.ndarray]
    directions: dict[str, np.ndarray]
    kept: dict[str, float]

    def save(self, path: Path) -> None:
        parts = {"mean": self.means, "directions": self.directions, "kept": self.kept}
        arrays = {f"{part}/{name}": value for part, values in parts.items() for name, value in values.items()}
        with path.open("wb") as file:
            np.savez(file, **arrays)

    @staticmethod
    def load(path: Path) -> "Basis":
        arrays = dict(np.load(path))

        def part(prefix: str) -> dict[str, np.ndarray]:
            return {key.split("/", 1)[1]: value for key, value in arrays.items() if key.startswith(prefix + "/")}

        return Basis(part("mean"), part("directions"), {name: float(v) for name, v in part("kept").items()})


class Teachers:
    """Runs the teachers of some groups."""

    def __init__(self, folder: Path, groups: tuple[Group, ...], threads: int) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self.groups = groups
        self.sessions = {
            file: ort.InferenceSession(folder / file, options, providers=["CPUExecutionProvider"])
            for file in sorted({group.file for group in groups})
        }

    def features(self, images: np.ndarray) -> dict[str, np.ndarray]:
        """uint8 [N, S, S, 3] -> float32 [N, h, h, C] per group."""
        feed = np.ascontiguousarray(images.transpose(0, 3, 1, 2), np.float32)
        found = {}
        for file, session in self.sessions.items():
            groups = [group for group in self.groups if group.file == file]
            outputs = session.run([group.output for group in groups], {"image": feed})
            found |= {group.name: output.transpose(0, 2, 3, 1) for group, output in zip(groups, outputs)}
        return found

    def fit(self, batches: list[np.ndarray]) -> Basis:
        """The basis from some crops; run through batch by batch, so that memory stays small."""
        count = dict.fromkeys((g.name for g in self.groups), 0)
        sums = {name: np.float64(0) for name in count}
        squares = {name: np.float64(0) for name in count}
        for images in batches:
            for name, values in self.features(images).items():
                rows = values.reshape(-1, values.shape[-1]).astype(np.float64)
                count[name] += len(rows)
                sums[name] = sums[name] + rows.sum(0)
                squares[name] = squares[name] + rows.T @ rows
        means = {name: sums[name] / count[name] for name in count}
        directions, kept = {}, {}
        for group in self.groups:
            name, mean = group.name, means[group.name]
            covariance = squares[name] / count[name] - np.outer(mean, mean)
            total = np.trace(covariance)
            if group.components < len(mean):
                variances, vectors = np.linalg.eigh(covariance)
                chosen = vectors[:, ::-1][:, : group.components]
                variance = variances[::-1][: group.components].sum()
            else:
                chosen, variance = np.eye(len(mean)), total
            directions[name] = (chosen / np.sqrt(variance / group.components)).astype(np.float32)
            kept[name] = float(variance / total)
        return Basis({name: mean.astype(np.float32) for name, mean in means.items()}, directions, kept)

    def targets(self, images: np.ndarray, basis: Basis) -> dict[int, np.ndarray]:
        """The features that a student must reproduce, float16 [N, h, h, K] per stride, groups side by side in the order of `groups`."""
        features = self.features(images)
        strides: dict[int, list[np.ndarray]] = {}
        for group in self.groups:
            values = (features[group.name] - basis.means[group.name]) @ basis.directions[group.name]
            strides.setdefault(group.stride, []).append(values)
        return {stride: np.concatenate(parts, -1).astype(np.float16) for stride, parts in strides.items()}


def head_widths(groups: tuple[Group, ...], strides: tuple[int, ...]) -> tuple[int, ...]:
    """Channels of each of the student's outputs."""
    return tuple(sum(g.components for g in groups if g.stride == stride) for stride in strides)
