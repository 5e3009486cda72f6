"""Drawn pictures: what factory images are made of and photographs show too little of.

Noise fields with any spectrum and direction (stone, brushed metal), cells (leather, grain), periodic patterns (weave,
grids, tiles), dead leaves (Lee, Mumford, Huang 2001), parts lit from one side, escape-time fractals, print. Each
field is float [H, W] in 0..1; a random palette makes it float32 [H, W, 3] in 0..255. Seeded by the generator passed in.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

Field = np.ndarray
"""Float [H, W] in 0..1."""


def stretched(values: np.ndarray) -> Field:
    low, high = values.min(), values.max()
    return (values - low) / max(high - low, 1e-9)


def grid(size: int) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates x, y of every pixel, -1..1."""
    line = (np.arange(size) + 0.5) * (2 / size) - 1
    return np.meshgrid(line, line)


def turned(random: Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The same, turned by a random angle."""
    x, y = grid(size)
    angle = random.uniform(0, np.pi)
    return np.cos(angle) * x - np.sin(angle) * y, np.sin(angle) * x + np.cos(angle) * y


def noise(random: Generator, size: int) -> Field:
    """Gaussian noise with a power spectrum of random slope and anisotropy."""
    frequency = np.fft.fftfreq(size)
    fx, fy = np.meshgrid(frequency, frequency)
    angle, squeeze = random.uniform(0, np.pi), 10 ** random.uniform(0, 1.5) if random.random() < 0.5 else 1
    along = np.cos(angle) * fx - np.sin(angle) * fy
    across = np.sin(angle) * fx + np.cos(angle) * fy
    radius = np.sqrt((along * squeeze) ** 2 + across**2) + 1 / size
    spectrum = np.fft.fft2(random.standard_normal((size, size))) * radius ** -random.uniform(0.3, 2.2)
    values = np.fft.ifft2(spectrum).real
    values /= values.std() + 1e-9
    return np.clip(0.5 + 0.2 * values, 0, 1)


def cells(random: Generator, size: int) -> Field:
    """Distances to scattered points (Worley 1996): the nearest, or second minus nearest (walls)."""
    count = int(10 ** random.uniform(0.8, 2.2))
    x, y = grid(size)
    points = random.uniform(-1.1, 1.1, (count, 2))
    first = np.full((size, size), 9.0)
    second = first.copy()
    for px, py in points:
        distance = (x - px) ** 2 + (y - py) ** 2
        second = np.minimum(second, np.maximum(first, distance))
        first = np.minimum(first, distance)
    walls = np.sqrt(second) - np.sqrt(first)
    return stretched(walls if random.random() < 0.6 else np.sqrt(first)) ** random.uniform(0.3, 1)


def periodic(random: Generator, size: int) -> Field:
    """Gratings, grids, weave and tiles, slightly bent."""
    x, y = turned(random, size)
    bend = random.uniform(0, 0.06)
    x = x + bend * np.sin(random.uniform(1, 5) * y + random.uniform(0, 6))
    period = 10 ** random.uniform(-1.3, -0.3)
    u, v = x / period, y / period * random.choice([1, random.uniform(0.4, 2.5)])
    kind = random.integers(4)
    if kind == 0:
        values = np.sin(2 * np.pi * u)
    elif kind == 1:
        values = np.maximum(np.cos(2 * np.pi * u), np.cos(2 * np.pi * v))
    elif kind == 2:
        over = (np.floor(u) + np.floor(v)) % 2
        values = np.where(over, np.sin(np.pi * (u % 1)), np.sin(np.pi * (v % 1)))
    else:
        shift = 0.5 * (np.floor(v) % 2)
        edge = np.minimum(np.minimum((u + shift) % 1, 1 - (u + shift) % 1), np.minimum(v % 1, 1 - v % 1))
        values = np.minimum(edge, random.uniform(0.03, 0.3))
    return stretched(values) ** random.uniform(0.5, 2)


def fractal(random: Generator, size: int) -> Field:
    """A Julia set's smooth escape time."""
    x, y = turned(random, size)
    zoom = random.uniform(0.3, 1.3)
    z = (x + random.uniform(-0.5, 0.5) + 1j * (y + random.uniform(-0.5, 0.5))) * zoom
    angle = random.uniform(0, 2 * np.pi)
    c = random.uniform(0.6, 0.85) * np.exp(1j * angle)
    steps = np.zeros((size, size))
    for _ in range(24):
        inside = np.abs(z) < 4
        z = np.where(inside, z * z + c, z)
        steps += inside
    return stretched(steps + np.clip(np.abs(z) / 16, 0, 1))


def surface(random: Generator, size: int) -> Field:
    return random.choice([noise, cells, periodic, fractal], p=[0.5, 0.2, 0.2, 0.1])(random, size)


def blob(random: Generator, size: int, radius: float) -> np.ndarray:
    """A random shape, soft mask [H, W]: a disc, box, ring or polygon of that radius (as a share of half the size)."""
    canvas = Image.new("L", (size * 2, size * 2))
    draw = ImageDraw.Draw(canvas)
    cx, cy, r = *random.uniform(0, 2 * size, 2), max(radius * size, 2)
    kind = random.integers(4)
    if kind < 2:
        flat = random.uniform(0.4, 1)
        box = [cx - r, cy - r * flat, cx + r, cy + r * flat]
        draw.ellipse(box, fill=255) if kind == 0 else draw.rectangle(box, fill=255)
    elif kind == 2:
        width = max(int(r * random.uniform(0.1, 0.6)), 1)
        draw.ellipse([cx - r, cy - r, cx + r, cy + r], outline=255, width=width)
    else:
        corners = random.integers(3, 9)
        angles = np.sort(random.uniform(0, 2 * np.pi, corners))
        radii = r * random.uniform(0.5, 1, corners)
        draw.polygon([*zip(cx + radii * np.cos(angles), cy + radii * np.sin(angles))], fill=255)
    angle = random.uniform(0, 360)
    small = canvas.rotate(angle, center=(cx, cy), resample=Image.Resampling.BILINEAR).resize((size, size))
    return np.asarray(small, np.float32) / 255


def palette(random: Generator, field: Field) -> np.ndarray:
    """Colours for a field, float32 [H, W, 3] in 0..255: two to four random ones, grays half of the time."""
    count = random.integers(2, 5)
    colours = random.uniform(0, 255, (count, 3))
    if random.random() < 0.5:
        colours = colours.mean(1, keepdims=True) + random.uniform(-12, 12, (1, 3))
    stops = np.linspace(0, 1, count)
    return np.stack([np.interp(field, stops, colours[:, i]) for i in range(3)], -1).astype(np.float32)


def leaves(random: Generator, size: int) -> np.ndarray:
    """Shapes upon shapes, radii by a power law, each with its own colour or surface."""
    image = palette(random, surface(random, size))
    surfaces = [palette(random, surface(random, size)) for _ in range(3)]
    for _ in range(random.integers(8, 50)):
        mask = blob(random, size, min(0.03 * random.uniform(0.002, 1) ** -0.6, 1))[..., None]
        plain = random.random() < 0.5
        fill = random.uniform(0, 255, 3) if plain else surfaces[random.integers(3)]
        image = image * (1 - mask) + fill * mask
    return image


def part(random: Generator, size: int) -> np.ndarray:
    """A few raised shapes with rounded edges, lit from one side, on a plain or structured ground."""
    height = 0.02 * surface(random, size)
    cover = np.zeros((size, size))
    for _ in range(random.integers(1, 6)):
        mask = blob(random, size, random.uniform(0.1, 0.7))
        cover = np.maximum(cover, mask)
        height = height + random.uniform(-0.2, 0.4) * mask
    soft = random.integers(1, 5)
    for _ in range(soft):
        height = (height + np.roll(height, 1, 0) + np.roll(height, -1, 0) + np.roll(height, 1, 1)) / 4
    dy, dx = np.gradient(height * size * 0.3)
    angle = random.uniform(0, 2 * np.pi)
    slope = np.cos(angle) * dx + np.sin(angle) * dy
    light = np.clip(0.6 + slope / np.sqrt(1 + dx**2 + dy**2), 0, 1.4)[..., None]
    ground, body = palette(random, surface(random, size)), palette(random, noise(random, size))
    body = body * 0.3 + random.uniform(30, 230, 3) * 0.7
    return (ground * (1 - cover[..., None]) + body * cover[..., None]) * light


def printed(random: Generator, size: int) -> np.ndarray:
    """Letters and figures on a surface."""
    image = Image.fromarray(np.clip(palette(random, surface(random, size)) * 0.5 + 100, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(random.integers(1, 8)):
        text = "".join(chr(c) for c in random.integers(33, 122, random.integers(1, 12)))
        colour = tuple(int(c) for c in random.uniform(0, 255, 3))
        place, height = random.uniform(-0.2, 0.8, 2) * size, random.uniform(8, size * 0.5)
        draw.text(tuple(place), text, fill=colour, font_size=height)
    return np.asarray(image.rotate(random.uniform(0, 360), Image.Resampling.BILINEAR), np.float32)


def scratches(random: Generator, image: np.ndarray) -> np.ndarray:
    """Thin strokes and spots over a picture."""
    size = image.shape[0]
    canvas = Image.new("L", (size * 2, size * 2))
    draw = ImageDraw.Draw(canvas)
    for _ in range(random.integers(1, 7)):
        start = random.uniform(0, 2 * size, 2)
        path = start + np.cumsum(random.normal(0, size / 8, 2) + random.normal(0, size / 20, (8, 2)), 0)
        draw.line([tuple(p) for p in path], fill=int(random.uniform(60, 255)), width=int(random.integers(1, 6)))
    mask = np.asarray(canvas.resize((size, size), Image.Resampling.BILINEAR), np.float32)[..., None] / 255
    return image * (1 - mask) + random.uniform(0, 255) * mask


def flat(random: Generator, size: int) -> np.ndarray:
    return palette(random, surface(random, size))


KINDS: tuple[Callable[[Generator, int], np.ndarray], ...] = (flat, leaves, part, printed)


def drawn(random: Generator, size: int) -> np.ndarray:
    """One picture, float32 [size, size, 3] in 0..255."""
    kind = KINDS[random.choice(len(KINDS), p=[0.35, 0.3, 0.25, 0.1])]
    image = kind(random, size)
    if random.random() < 0.3:
        image = scratches(random, image)
    return np.clip(image, 0, 255).astype(np.float32)
