"""The training images: every object in many looks, rendered as the scorer renders it, and images of nothing.

A shape is built once and shaded many times, since building takes ten times as long as shading.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from procedural.assemble import TRANSPARENT, make_pieces, sample_visible, seeded_generator, shade_splats
from procedural.builder import Builder, Part
from procedural.geometry.shapes import Floats
from procedural.language.request import Item, Look
from procedural.objects import OBJECTS
from procedural.surface.sampling import Samples
from splats.camera import orbit
from splats.model import Splats, normalise
from splats.render import render
from splats.sh import SH_C0
from tools.scorer_training.captions import UNSPECIFIED, label_row
from tools.scorer_training.prompts import draw_prompts, is_trainable
from tools.scorer_training.world import MATERIALS, GrammarPrompt, ObjectSpec, World, load_world
from validation.assets.measures import area_average

IMAGE_PX = 112
SUPERSAMPLE = 2
ELEVATIONS_DEG = (-10.0, 40.0)
RADII = (1.9, 2.5)
"""The validation service renders from a radius of 2.1; a range around it makes the model less sensitive to size."""
PROMPTS_PER_OBJECT = 60
"""Different prompts of each object that images are made for."""
TRAINING_SEEDS = 1_000_000
"""First seed of the objects trained on; all below are for the evaluation and for users."""


@dataclass(frozen=True, slots=True)
class RenderPlan:
    """Shapes of each object, plain looks and prompts of each shape, views of each of those; and images of nothing."""

    geometries: int = 6
    looks: int = 8
    prompts: int = 8
    views: int = 4
    nulls: int = 4000


def render_dataset(out: Path, plan: RenderPlan, processes: int = 2) -> None:
    """Write the training images to the folder `out`.

    Each process K writes images-K.npz (images uint8 [n, 112, 112, 3] as "images", labels [n, 5]) and nulls-K.npz,
    the images of nothing. asked.json has the prompts by number. Raises RuntimeError if a process fails.
    """
    out.mkdir(parents=True, exist_ok=True)
    prompts = [prompt for found in training_prompts(load_world()).values() for prompt in found]
    texts = [prompt.text for prompt in sorted(prompts, key=lambda prompt: prompt.number)]
    (out / "asked.json").write_text(json.dumps(texts, indent=0))
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_render_share, args=(out, plan, k, processes)) for k in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a rendering process failed")


def draw_looks(name: str, count: int, world: World, rng: np.random.Generator, *, held_back: bool) -> list[ObjectSpec]:
    """Draw `count` looks of an object: mostly colours, some materials, some as it usually is, some poses."""
    colours = [c for c in world.colours if world.is_held_back(name, c) == held_back]
    materials = [m for m in MATERIALS if world.is_held_back(name, m) == held_back]
    poses = list(world.entry(name).poses)
    specs: list[ObjectSpec] = []
    while len(specs) < count:
        pose = poses[int(rng.integers(len(poses)))] if poses and rng.random() < 0.2 else None
        draw = rng.random()
        if draw < 0.68 and colours:
            specs.append(ObjectSpec(name, colours[int(rng.integers(len(colours)))], None, pose))
        elif draw < 0.88 and materials:
            specs.append(ObjectSpec(name, None, materials[int(rng.integers(len(materials)))], pose))
        elif not held_back:
            specs.append(ObjectSpec(name, None, None, pose))
    return specs


def training_prompts(world: World) -> dict[str, list[GrammarPrompt]]:
    """Return the grammar's prompts that images are made for, by object."""
    return draw_prompts(world, PROMPTS_PER_OBJECT, TRAINING_SEEDS)


class AssetBuilder:
    """Builds the splats of objects. Keeps the last shape, so ask for all looks of one shape in a row."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._build_functions = {name: build for section in OBJECTS.values() for name, build in section.items()}
        self._parts: dict[tuple[str, int, str | None], list[Part]] = {}
        self._samples: dict[tuple[object, ...], tuple[Samples, Floats]] = {}

    def build(self, spec: ObjectSpec, seed: int, colour_seed: int) -> Splats:
        """Build the splats of an object: `seed` determines its shape, `colour_seed` its shades."""
        plain = Item(spec.name, looks=(Look(spec.colour, spec.material),), pose=spec.pose)
        item = spec.prompt.item if spec.prompt else plain
        key = (spec.name, seed, spec.pose)
        if key not in self._parts:
            self._parts, self._samples = {key: self._build_parts(*key)}, {}
        pieces = make_pieces(self._parts[key], item, colour_seed, 0, self._world.vocabulary)
        rng = seeded_generator(seed, spec.name, "surface")
        # Besides the shape, proportions and transparency decide what is visible.
        samples_key = (item.sizes, *(piece.appearance.finish in TRANSPARENT for piece in pieces))
        if samples_key not in self._samples:
            self._samples[samples_key] = sample_visible(pieces, rng)
        return shade_splats(pieces, *self._samples[samples_key], rng)

    def _build_parts(self, name: str, seed: int, pose: str | None) -> list[Part]:
        builder = Builder(seeded_generator(seed, name, "shape 0"), pose)
        self._build_functions[name](builder)
        return builder.parts


def render_views(splats: Splats, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Render images [count, 112, 112, 3] from random cameras, as the scorer renders its own."""
    size = IMAGE_PX * SUPERSAMPLE
    cameras = [
        orbit(
            [rng.uniform(0, 360)], [rng.uniform(*ELEVATIONS_DEG)], radius=rng.uniform(*RADII), width=size, height=size
        )
        for _ in range(count)
    ]
    views = torch.cat([render(splats, camera).images for camera in cameras])
    return (area_average(views.clamp(0, 1), SUPERSAMPLE) * 255).round().to(torch.uint8).numpy()


def make_null_images(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return images [count, 112, 112, 3] of nothing: blank, noise, patches, fog, loose splats, discs and cards."""
    return np.concatenate([_null_image(rng) for _ in tqdm(range(count), desc="nulls", disable=None)])


def _null_image(rng: np.random.Generator) -> NDArray[np.uint8]:
    kind = rng.random()
    shape = (1, IMAGE_PX, IMAGE_PX, 3)
    if kind < 0.1:
        return np.broadcast_to(np.uint8(rng.choice([0, 255])), shape).copy()
    if kind < 0.2:
        return np.broadcast_to(rng.integers(0, 256, 3, dtype=np.uint8), shape).copy()
    if kind < 0.3:
        cells = int(rng.choice([7, 14, 28, 56, 112]))
        noise = rng.integers(0, 256, (1, cells, cells, 3), dtype=np.uint8)
        return noise.repeat(IMAGE_PX // cells, axis=1).repeat(IMAGE_PX // cells, axis=2)
    return render_views(_random_splats(rng), 1, rng)


def _random_splats(rng: np.random.Generator) -> Splats:
    """Return splats without an object: a cloud, a slab, a shell or a card, in one colour or many, thick or thin."""
    count = int(rng.choice([30, 300, 3000, 15_000]))
    spread = rng.normal(size=(count, 3)) if rng.random() < 0.5 else rng.uniform(-1, 1, (count, 3))
    if rng.random() < 0.3:
        spread /= np.linalg.norm(spread, axis=1, keepdims=True)
    means = spread * rng.uniform(0.05, 1, 3)
    size = rng.uniform(0.01, 0.25) * (1 if count < 1000 else 0.3)
    scales = size * rng.uniform(0.3, 1.7, (count, 3))
    quats = rng.normal(size=(count, 4))
    one, many = rng.random(3), rng.random((count, 3))
    rgb = one + (many - one) * rng.choice([0.0, 0.2, 1.0])
    opacities = rng.uniform(0.05, 1, count)
    sh = ((rgb - 0.5) / SH_C0)[:, None]  # [N, 1, 3]
    arrays = (means, quats / np.linalg.norm(quats, axis=1, keepdims=True), scales, opacities, sh)
    splats = Splats(*(torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32)) for array in arrays))
    try:
        return normalise(splats)
    except ValueError:
        return splats


def _render_share(out: Path, plan: RenderPlan, share: int, shares: int) -> None:
    torch.set_num_threads(1)
    world = load_world()
    rng = np.random.default_rng(share)
    shapes = [(o, g) for g in range(plan.geometries) for o in range(len(world.objects))][share::shares]
    images, labels = [], []
    for spec, views in _render_specs(shapes, plan, world, rng, show_progress=share == 0):
        images.append(views)
        labels += [label_row(spec, world)] * len(views)
    np.savez(out / f"images-{share}.npz", images=np.concatenate(images), labels=np.array(labels, dtype=np.int16))
    nulls = make_null_images(plan.nulls // shares, rng)
    unlabelled = np.full((len(nulls), 5), UNSPECIFIED, dtype=np.int16)
    np.savez(out / f"nulls-{share}.npz", images=nulls, labels=unlabelled)


def _render_specs(
    shapes: list[tuple[int, int]], plan: RenderPlan, world: World, rng: np.random.Generator, *, show_progress: bool
) -> Iterator[tuple[ObjectSpec, NDArray[np.uint8]]]:
    """Yield the views [plan.views, 112, 112, 3] of every look of the given (object, geometry) shapes."""
    builder, prompts = AssetBuilder(world), training_prompts(world)
    for number, geometry in tqdm(shapes, desc="images", disable=None if show_progress else True):
        name = world.objects[number]
        specs = draw_looks(name, plan.looks, world, rng, held_back=False)
        trainable = [prompt for prompt in prompts[name] if is_trainable(prompt, world)]
        drawn = rng.integers(len(trainable), size=plan.prompts if trainable else 0)
        specs += [ObjectSpec.from_prompt(trainable[int(i)]) for i in drawn]
        # Sorted, so that looks of one shape follow each other.
        for spec in sorted(specs, key=lambda s: (s.pose or "", s.prompt.item.sizes if s.prompt else ())):
            splats = builder.build(spec, TRAINING_SEEDS + geometry, int(rng.integers(1 << 30)))
            yield spec, render_views(splats, plan.views, rng)
