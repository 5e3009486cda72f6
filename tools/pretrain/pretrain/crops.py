"""Training crops: photographs and drawn pictures, turned, scaled, mixed and degraded.

Everything happens before the teachers look, so that their features follow every change: the student learns to see
what they see, not to ignore what they notice. Letters: S the crop's side in pixels.
"""

import io
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.random import Generator
from PIL import Image, ImageFilter

from .procedural import blob, drawn, noise, scratches

DRAWN_SHARE = 0.3
HELD_OUT_EVERY = 20
SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}


def photographs(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files for training and, every twentieth by name, files held out."""
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
    held_out = files[::HELD_OUT_EVERY]
    return [p for i, p in enumerate(files) if i % HELD_OUT_EVERY], held_out


def cut(random: Generator, image: Image.Image, size: int) -> np.ndarray:
    """A crop with random scale, place, mirror image and turn, float32 [S, S, 3] in 0..255."""
    shrink = np.exp(random.uniform(np.log(0.45), np.log(1.8 if random.random() < 0.7 else 4)))
    shrink = max(shrink, size / min(image.size))
    # Antialiased scaling by Pillow first; the turn then samples at about one pixel per pixel.
    scaled = image.resize([max(round(side * shrink), size) for side in image.size], Image.Resampling.BICUBIC)
    pixels = torch.from_numpy(np.array(scaled, np.float32)).permute(2, 0, 1)[None]
    height, width = pixels.shape[2:]
    angle = random.integers(4) * np.pi / 2
    if random.random() < 0.4:
        angle += random.uniform(-np.pi / 4, np.pi / 4)
    mirror = random.choice([-1, 1])
    cos, sin = np.cos(angle), np.sin(angle)
    scale = np.array([size / width, size / height])
    turn = np.array([[mirror * cos, -sin], [mirror * sin, cos]]) * scale[:, None]
    place = random.uniform(-1, 1, 2) * (1 - scale)
    theta = torch.tensor(np.c_[turn, place], dtype=torch.float32)[None]
    points = F.affine_grid(theta, [1, 3, size, size], align_corners=False)
    crop = F.grid_sample(pixels, points, padding_mode="reflection", align_corners=False)
    return crop[0].permute(1, 2, 0).numpy()


def recoloured(random: Generator, image: np.ndarray) -> np.ndarray:
    """Contrast, brightness, tint, gamma, a slope of light; gray one time in three."""
    if random.random() < 0.33:
        image = np.repeat(image @ np.float32([0.299, 0.587, 0.114])[:, None], 3, -1)
    elif random.random() < 0.3:
        gray = image.mean(-1, keepdims=True)
        image = gray + (image - gray) * random.uniform(0.2, 1.6)
    # Far down at times: many surfaces in factories are nearly uniform.
    contrast = np.exp(random.uniform(-2 if random.random() < 0.3 else -0.7, 0.4)) if random.random() < 0.7 else 1
    shift = random.normal(0, 20) + (random.normal(0, 10, 3) if random.random() < 0.4 else 0)
    middle = image.mean()
    image = (image - middle) * contrast + middle + shift
    if random.random() < 0.3:
        image = 255 * np.clip(image / 255, 0, 1) ** np.exp(random.uniform(-0.6, 0.6))
    if random.random() < 0.2:
        side = image.shape[0]
        slope = np.linspace(-1, 1, side)
        light = 1 + random.uniform(-0.3, 0.3) * slope[:, None] + random.uniform(-0.3, 0.3) * slope
        image = image * light[..., None]
    return image


def degraded(random: Generator, image: np.ndarray) -> np.ndarray:
    """Blur, noise, JPEG, as uint8 [S, S, 3]."""
    if random.random() < 0.15:
        picture = Image.fromarray(np.clip(image, 0, 255).astype(np.uint8))
        image = np.asarray(picture.filter(ImageFilter.GaussianBlur(random.uniform(0.4, 2.5))), np.float32)
    if random.random() < 0.3:
        channels = 1 if random.random() < 0.5 else 3
        deviation = np.exp(random.uniform(np.log(1), np.log(14)))
        image = image + random.normal(0, deviation, (*image.shape[:2], channels))
    pixels = np.clip(image + 0.5, 0, 255).astype(np.uint8)
    if random.random() < 0.2:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=int(random.integers(25, 95)))
        pixels = np.asarray(Image.open(file))
    return pixels


class CropMaker:
    """Makes crops from photographs (none: drawn pictures only)."""

    def __init__(self, files: list[Path], size: int) -> None:
        self.files = files
        self.size = size

    def source(self, random: Generator) -> np.ndarray:
        if not self.files or random.random() < DRAWN_SHARE:
            return drawn(random, self.size)
        with Image.open(self.files[random.integers(len(self.files))]) as image:
            return cut(random, image.convert("RGB"), self.size)

    def crop(self, random: Generator) -> np.ndarray:
        """One crop, uint8 [S, S, 3]."""
        image = self.source(random)
        if random.random() < 0.2:
            image = self.mixed(random, image)
        if random.random() < 0.08:
            image = scratches(random, image)
        return degraded(random, recoloured(random, image))

    def mixed(self, random: Generator, image: np.ndarray) -> np.ndarray:
        """Parts of another picture in random shapes, as foreign bodies and stains would be."""
        other = self.source(random)
        if random.random() < 0.5:
            mask = np.clip((noise(random, self.size) - random.uniform(0.4, 0.7)) * 20, 0, 1)
        else:
            mask = blob(random, self.size, random.uniform(0.05, 0.6))
        mask = (mask * random.uniform(0.3, 1))[..., None]
        return image * (1 - mask) + other * mask


def plain(file: Path, size: int) -> np.ndarray:
    """The middle of a photograph as it is, uint8 [S, S, 3]; small ones are enlarged."""
    with Image.open(file) as image:
        image = image.convert("RGB")
        if min(image.size) < size:
            factor = size / min(image.size)
            image = image.resize([max(round(side * factor), size) for side in image.size], Image.Resampling.BICUBIC)
        left, top = (image.width - size) // 2, (image.height - size) // 2
        return np.asarray(image.crop((left, top, left + size, top + size)))
