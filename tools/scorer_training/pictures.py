"""The training pictures: every object in many looks, rendered as the scorer does, and pictures of nothing.

A geometry is built once and painted many times, since building costs ten times as much as painting.
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

from procedural.assemble import CLEAR, cover, dress, paint, seeded_generator
from procedural.builder import Builder, Part
from procedural.geometry.shapes import Floats
from procedural.language.request import Item, Look
from procedural.objects import OBJECTS
from procedural.surface.sampling import Samples
from splats.camera import orbit
from splats.model import Splats, normalise
from splats.render import render
from tools.scorer_training.captions import NOTHING, number
from tools.scorer_training.prompts import asked_of_things, may_be_taught
from tools.scorer_training.world import MATERIALS, Asked, Spec, World, load_world
from validation.assets.measures import area_average

IMAGE_PX = 112
SUPERSAMPLE = 2
ELEVATIONS_DEG = (-10.0, 40.0)
RADII = (1.9, 2.5)
"""The validation service looks from a radius of 2.1; a little around it makes the model less particular."""
ASKED_EACH = 60
"""Different prompts of each thing that pictures are made for."""
TRAINING_SEEDS = 1_000_000
"""Seeds of training objects start here; everything below is for evaluation and for users."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many pictures: geometries of each object, plain looks and prompts of each geometry, views of each."""

    geometries: int = 6
    looks: int = 8
    asked: int = 8
    views: int = 4
    nulls: int = 4000


def render_all(out: Path, plan: Plan, processes: int = 2) -> None:
    """Writes pictures-K.npz (uint8 [n, 112, 112, 3] and labels [n, 5]) and nulls-K.npz, one a process, and the prompts
    by number, asked.json."""
    out.mkdir(parents=True, exist_ok=True)
    asked = [one for found in asked_by_thing(load_world()).values() for one in found]
    texts = [one.text for one in sorted(asked, key=lambda one: one.number)]
    (out / "asked.json").write_text(json.dumps(texts, indent=0))
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_render_share, args=(out, plan, k, processes)) for k in range(processes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a process that renders pictures has failed")


def looks_of(thing: str, count: int, world: World, rng: np.random.Generator, *, held_back: bool) -> list[Spec]:
    """`count` looks of a thing: mostly colours, some materials, some as it usually is, some poses."""
    entry = world.entry(thing)
    colours = [c for c in world.colours if world.held_back(thing, c) == held_back]
    materials = [m for m in MATERIALS if world.held_back(thing, m) == held_back]
    poses = list(entry.poses)
    specs: list[Spec] = []
    while len(specs) < count:
        pose = poses[int(rng.integers(len(poses)))] if poses and rng.random() < 0.2 else None
        draw = rng.random()
        if draw < 0.68 and colours:
            specs.append(Spec(thing, colours[int(rng.integers(len(colours)))], None, pose))
        elif draw < 0.88 and materials:
            specs.append(Spec(thing, None, materials[int(rng.integers(len(materials)))], pose))
        elif not held_back:
            specs.append(Spec(thing, None, None, pose))
    return specs


def asked_by_thing(world: World) -> dict[str, list[Asked]]:
    """The grammar's prompts that pictures are made for."""
    return asked_of_things(world, ASKED_EACH, TRAINING_SEEDS)


class Studio:
    """Builds and paints things. Keeps the last geometry, so ask for all looks of one in a row."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._builders = {name: build for section in OBJECTS.values() for name, build in section.items()}
        self._built: dict[tuple[str, int, str | None], list[Part]] = {}
        self._covered: dict[tuple[object, ...], tuple[Samples, Floats]] = {}

    def asset(self, spec: Spec, seed: int, colour_seed: int) -> Splats:
        """The splats of a look: its shape by `seed`, its shades by `colour_seed`."""
        plain = Item(spec.thing, looks=(Look(spec.colour, spec.material),), pose=spec.pose)
        item = spec.asked.item if spec.asked else plain
        key = (spec.thing, seed, spec.pose)
        if key not in self._built:
            self._built, self._covered = {key: self._build(*key)}, {}
        pieces = dress(self._built[key], item, colour_seed, 0, self._world.vocabulary)
        rng = seeded_generator(seed, spec.thing, "surface")
        cover_key = (item.sizes, *(piece.appearance.finish in CLEAR for piece in pieces))
        if cover_key not in self._covered:
            self._covered[cover_key] = cover(pieces, rng)
        return paint(pieces, *self._covered[cover_key], rng)

    def _build(self, thing: str, seed: int, pose: str | None) -> list[Part]:
        builder = Builder(seeded_generator(seed, thing, "shape 0"), pose)
        self._builders[thing](builder)
        return builder.parts


def photograph(splats: Splats, count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Pictures [count, 112, 112, 3] from random views, made as the scorer makes its own."""
    size = IMAGE_PX * SUPERSAMPLE
    cameras = [
        orbit(
            [rng.uniform(0, 360)], [rng.uniform(*ELEVATIONS_DEG)], radius=rng.uniform(*RADII), width=size, height=size
        )
        for _ in range(count)
    ]
    views = torch.cat([render(splats, camera).images for camera in cameras])
    return (area_average(views.clamp(0, 1), SUPERSAMPLE) * 255).round().to(torch.uint8).numpy()


def null_pictures(count: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Pictures [count, 112, 112, 3] of nothing: blank, noise, patches, fog, loose splats, single discs and cards."""
    return np.concatenate([_null(rng) for _ in tqdm(range(count), desc="nulls", disable=None)])


def _null(rng: np.random.Generator) -> NDArray[np.uint8]:
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
    return photograph(_junk(rng), 1, rng)


def _junk(rng: np.random.Generator) -> Splats:
    """Splats without an object: a cloud, a slab, a shell or a card of them, in one colour or many, thick or thin."""
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
    tensors = (means, quats / np.linalg.norm(quats, axis=1, keepdims=True), scales, rng.uniform(0.05, 1, count))
    sh = ((rgb - 0.5) / 0.28209479177387814)[:, None]
    splats = Splats(*(torch.from_numpy(np.ascontiguousarray(t, dtype=np.float32)) for t in (*tensors, sh)))
    try:
        return normalise(splats)
    except ValueError:
        return splats


def _render_share(out: Path, plan: Plan, share: int, shares: int) -> None:
    torch.set_num_threads(1)
    world = load_world()
    rng = np.random.default_rng(share)
    jobs = [(t, g) for g in range(plan.geometries) for t in range(len(world.things))][share::shares]
    pictures, labels = [], []
    for spec, views in _shoot(jobs, plan, world, rng, show=share == 0):
        pictures.append(views)
        labels += [number(spec, world)] * len(views)
    np.savez(out / f"pictures-{share}.npz", pictures=np.concatenate(pictures), labels=np.array(labels, dtype=np.int16))
    nulls = null_pictures(plan.nulls // shares, rng)
    none = np.full((len(nulls), 5), NOTHING, dtype=np.int16)
    np.savez(out / f"nulls-{share}.npz", pictures=nulls, labels=none)


def _shoot(
    jobs: list[tuple[int, int]], plan: Plan, world: World, rng: np.random.Generator, *, show: bool
) -> Iterator[tuple[Spec, NDArray[np.uint8]]]:
    studio, asked = Studio(world), asked_by_thing(world)
    for thing, geometry in tqdm(jobs, desc="pictures", disable=None if show else True):
        specs = looks_of(world.things[thing], plan.looks, world, rng, held_back=False)
        taught = [one for one in asked[world.things[thing]] if may_be_taught(one, world)]
        specs += [Spec.of(taught[int(i)]) for i in rng.integers(len(taught), size=plan.asked if taught else 0)]
        for spec in sorted(specs, key=lambda s: (s.pose or "", s.asked.item.sizes if s.asked else ())):
            splats = studio.asset(spec, TRAINING_SEEDS + geometry, int(rng.integers(1 << 30)))
            yield spec, photograph(splats, plan.views, rng)
