"""Assemble the splats of a request: build the parts, arrange the copies, sample the surfaces, bake the light.

All random numbers come from generators seeded by SHA-256 of the object's name, the seed and the purpose, so that the
same request and seed give the same bytes everywhere, and a colour in the prompt never changes the shape.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from procedural.builder import Builder, BuildFunction, Part
from procedural.geometry.shapes import Floats, Shape
from procedural.language.request import Item, ObjectRequest
from procedural.language.vocabulary import Rgb, Vocabulary
from procedural.surface.finishes import Surface, shade
from procedural.surface.materials import Appearance, assign_materials
from procedural.surface.patterns import select_pattern
from procedural.surface.sampling import Samples, ambient_occlusion, build_occupancy, relax, sample_surfaces, visible
from splats.model import Splats, normalise
from splats.sh import SH_C0

SAMPLES = 50_000
"""Surface samples drawn, of which hidden ones are dropped: enough for a closed, crisp image at 1088 pixels."""
MIN_SPLATS, MAX_SPLATS = 20_000, 60_000
FLATNESS = 0.12
"""Thickness of a disc in units of its radius."""
TRANSPARENT = frozenset({"glass"})
"""Finishes that do not hide anything behind them."""

Report = Callable[[float, str], None]
"""Called with the completed fraction [0, 1] and the stage; may raise to stop the work."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part in its place, with its appearance and its pattern, if any, which is drawn in the `second` colour."""

    shape: Shape
    appearance: Appearance
    pattern: str | None
    second: Rgb


def assemble(
    request: ObjectRequest, seed: int, builders: Mapping[str, BuildFunction], vocabulary: Vocabulary, report: Report
) -> Splats:
    """Return the normalised splats [N] of a request, N from 20,000 to 60,000. `report` may raise to stop the work."""
    pieces = _build_pieces(request, seed, builders, vocabulary, report)
    report(0.5, "sampling")
    rng = seeded_generator(seed, request.items[0].name, "surface")
    samples, occlusion = sample_visible(pieces, rng, lambda: report(0.6, "sampling"))
    report(0.8, "shading")
    return shade_splats(pieces, samples, occlusion, rng)


def _build_pieces(
    request: ObjectRequest, seed: int, builders: Mapping[str, BuildFunction], vocabulary: Vocabulary, report: Report
) -> list[Piece]:
    copies = [(item, number) for item in request.items for number in range(item.count)]
    groups: list[list[Piece]] = []
    for done, (item, number) in enumerate(copies):

        def check_cancelled(fraction: float = 0.5 * done / len(copies)) -> None:
            report(fraction, "building")

        builder = Builder(seeded_generator(seed, item.name, f"shape {number}"), item.pose, check_cancelled)
        check_cancelled()
        builders[item.name](builder)
        groups.append(make_pieces(builder.parts, item, seed, number, vocabulary))
    positions = _positions([_box(group) for group in groups])
    return [
        Piece(p.shape.move(*position), p.appearance, p.pattern, p.second)
        for group, position in zip(groups, positions, strict=True)
        for p in group
    ]


def make_pieces(parts: Sequence[Part], item: Item, seed: int, number: int, vocabulary: Vocabulary) -> list[Piece]:
    """Stretch the parts of copy `number` to the requested proportions and assign materials.

    The copy's longest side becomes 1, and it stands on y = 0.
    """
    stretch = _stretch(item.sizes, _extent([p.shape for p in parts]))
    low, high = _corners([p.shape for p in parts])
    low, high = low * stretch, high * stretch
    side = float((high - low).max())
    middle = (low + high) / 2 / side
    factors = stretch / side
    colours = seeded_generator(seed, item.name, f"colour {number}")
    appearances, second = assign_materials(parts, item, vocabulary, colours)
    return [
        Piece(
            p.shape.scale(*factors).move(-middle[0], -low[1] / side, -middle[2]),
            appearance,
            item.pattern if appearance.main else None,
            second,
        )
        for p, appearance in zip(parts, appearances, strict=True)
    ]


def _stretch(sizes: Sequence[str], extent: Floats) -> Floats:
    """Return the factors [3] for the requested proportions; "huge" and "tiny" make a heavier or stubbier build."""
    long = 2 if extent[2] >= extent[0] else 0
    wide = 2 - long
    factors = np.ones(3)
    for size in sizes:
        if size == "tall":
            factors[1] *= 1.35
        elif size == "flat":
            factors[1] *= 0.72
        elif size == "long":
            factors[long] *= 1.4
        elif size == "wide":
            factors[wide] *= 1.35
        elif size == "thin":
            factors *= [0.78, 1, 0.78]
        elif size == "fat":
            factors *= [1.28, 1, 1.28]
        elif size == "tiny":
            factors *= [1, 0.9, 1]
        elif size == "huge":
            factors *= [1.06, 1, 1.06]
    return factors


def _positions(boxes: Sequence[tuple[Floats, Floats]]) -> list[Floats]:
    """Return the position [3] of each copy: side by side up to three, then in rows, centred."""
    if len(boxes) == 1:
        return [np.zeros(3)]
    across = len(boxes) if len(boxes) <= 3 else math.ceil(math.sqrt(len(boxes)))
    step_x = 1.12 * max(float((b[1] - b[0])[0]) for b in boxes)
    step_z = 1.12 * max(float((b[1] - b[0])[2]) for b in boxes)
    rows = math.ceil(len(boxes) / across)
    positions = []
    for i in range(len(boxes)):
        row, column = divmod(i, across)
        filled = min(across, len(boxes) - row * across)
        positions.append(np.array([(column - (filled - 1) / 2) * step_x, 0.0, ((rows - 1) / 2 - row) * step_z]))
    return positions


def sample_visible(
    pieces: Sequence[Piece], rng: np.random.Generator, check_cancelled: Callable[[], None] = lambda: None
) -> tuple[Samples, Floats]:
    """Return samples of the visible surface, with the longest side scaled to 1, and their ambient occlusion [M].

    `check_cancelled` is called between the steps and may raise to stop the work.
    """
    low, high = _corners([p.shape for p in pieces])
    side = float((high - low).max())
    shapes = [p.shape.move(*(-(low + high) / 2)).scale(1 / side) for p in pieces]
    solid = np.array([p.appearance.finish not in TRANSPARENT for p in pieces])
    both_sides = np.array([s.open for s in shapes])
    wanted = SAMPLES
    for _ in range(3):  # hidden samples are dropped: draw again, more or fewer, if too few or too many are left
        samples = sample_surfaces(shapes, wanted, rng)
        check_cancelled()
        opaque = solid[samples.part]
        grid = build_occupancy(samples.points[opaque] if opaque.any() else samples.points)
        keep = visible(samples, grid, both_sides[samples.part]) | ~opaque
        check_cancelled()
        kept = int(keep.sum())
        if MIN_SPLATS * 1.25 <= kept <= MAX_SPLATS:
            break
        wanted = int(wanted * min(0.8 * MAX_SPLATS, SAMPLES) / max(kept, 1))
    samples = relax(samples.select(keep), check_cancelled)
    return samples, ambient_occlusion(samples, grid) * solid[samples.part]


def shade_splats(pieces: Sequence[Piece], samples: Samples, occlusion: Floats, rng: np.random.Generator) -> Splats:
    """Return the normalised splats [M] of sampled pieces: flat discs with colour and light baked in."""
    rgb, opacity = _shade(pieces, samples, occlusion, rng)
    return _splats(samples, rgb, opacity)


def _shade(
    pieces: Sequence[Piece], samples: Samples, occlusion: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Bake colours [M, 3] in [0, 1] and opacities [M]."""
    rgb = np.array([p.appearance.rgb for p in pieces])[samples.part]
    grain = np.array([np.eye(3)[int(np.argmax(p.shape.upper - p.shape.lower))] for p in pieces])[samples.part]
    offset = rng.uniform(-5, 5, 3)
    for name in dict.fromkeys(p.pattern for p in pieces if p.pattern):
        chosen = np.array([p.pattern == name for p in pieces])[samples.part]
        mask = np.zeros(len(rgb), dtype=bool)
        mask[chosen] = select_pattern(name, samples.points[chosen], rng)
        rgb[mask] = np.array([p.second for p in pieces])[samples.part[mask]]
    normals = _facing_up(samples, np.array([p.shape.open for p in pieces]))
    dice = rng.random(len(rgb))
    opacity = np.empty(len(rgb))
    finishes = [p.appearance.finish for p in pieces]
    for finish in dict.fromkeys(finishes):
        mine = np.array([f == finish for f in finishes])[samples.part]
        surface = Surface(
            samples.points[mine] + offset, normals[mine], rgb[mine], occlusion[mine], dice[mine], grain[mine]
        )
        rgb[mine], opacity[mine] = shade(finish, surface)
    return np.clip(rgb, 0, 1), opacity


def _facing_up(samples: Samples, is_open: NDArray[np.bool_]) -> Floats:
    """Return normals [M, 3], with those of open sheets, which are visible from both sides, turned to the light."""
    flip = is_open[samples.part] & (samples.normals[:, 1] < 0)
    return np.where(flip[:, None], -samples.normals, samples.normals)


def _splats(samples: Samples, rgb: Floats, opacity: Floats) -> Splats:
    """Lay flat discs on the surface."""
    normals = np.where(samples.normals[:, 2:] < 0, -samples.normals, samples.normals)  # a disc has no front
    quats = np.stack([1 + normals[:, 2], -normals[:, 1], normals[:, 0], np.zeros(len(normals))], axis=-1)
    quats /= np.linalg.norm(quats, axis=1, keepdims=True)  # the shortest rotation from z to the normal
    scales = np.stack([samples.radii, samples.radii, FLATNESS * samples.radii], axis=-1)
    sh = ((rgb - 0.5) / SH_C0)[:, None]  # [M, 1, 3]
    return normalise(Splats(*(_tensor(a) for a in (samples.points, quats, scales, opacity, sh))))


def _tensor(values: Floats) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))


def seeded_generator(seed: int, name: str, purpose: str) -> np.random.Generator:
    """Return the random generator for one purpose, determined by the object's name and the seed."""
    digest = hashlib.sha256(f"{name}\0{seed}\0{purpose}".encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "big")))


def _corners(shapes: Sequence[Shape]) -> tuple[Floats, Floats]:
    return np.min([s.lower for s in shapes], axis=0), np.max([s.upper for s in shapes], axis=0)


def _extent(shapes: Sequence[Shape]) -> Floats:
    low, high = _corners(shapes)
    return np.asarray(high - low)


def _box(group: Sequence[Piece]) -> tuple[Floats, Floats]:
    return _corners([p.shape for p in group])
