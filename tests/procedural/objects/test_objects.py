"""Every object: it builds, its parts are those the vocabulary names, poses and seeds change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from generation.backends.contract import Generator
from procedural.builder import MAIN, Builder, Part
from procedural.geometry.shapes import Shape
from procedural.language.request import Item
from procedural.language.vocabulary import Vocabulary, load_vocabulary
from procedural.objects import OBJECTS
from procedural.surface.materials import assign_materials

NAMES = [(category, name) for category, section in OBJECTS.items() for name in section]
FIRST_OF_EACH = [(category, next(iter(section))) for category, section in OBJECTS.items()]
EMPTY = Shape(np.zeros((0, 3)), np.zeros((0, 3), dtype=np.int64), np.zeros((0, 3, 3)))
POSES = [(e.category, e.name, pose) for e in load_vocabulary().entries.values() for pose in e.poses]


@dataclass(frozen=True)
class Built:
    """The properties of a built object that the tests check; its shapes are not kept, to save memory."""

    parts: tuple[Part, ...]  # each with an empty shape
    outline: np.ndarray  # [6] mean and spread of the surface
    sound: bool  # finite, and no part without a surface


@cache
def build(category: str, name: str, seed: int = 0, pose: str | None = None) -> Built:
    builder = Builder(np.random.default_rng(seed), pose)
    OBJECTS[category][name](builder)
    points = np.concatenate([p.shape.vertices[p.shape.faces.reshape(-1)] for p in builder.parts])
    sound = all(len(p.shape.faces) > 0 and bool(np.isfinite(p.shape.normals).all()) for p in builder.parts)
    bare = tuple(replace(p, shape=EMPTY) for p in builder.parts)
    return Built(
        bare, np.concatenate([points.mean(axis=0), points.std(axis=0)]), sound and bool(np.isfinite(points).all())
    )


@pytest.mark.parametrize(("category", "name"), NAMES)
def test_object_builds(category: str, name: str, vocabulary: Vocabulary) -> None:
    made = build(category, name)
    assert made.sound
    # an unknown colour or material would raise here
    assert assign_materials(made.parts, Item(name), vocabulary, np.random.default_rng(0))


@pytest.mark.parametrize(("category", "name"), NAMES)
def test_parts_are_known_to_the_vocabulary(category: str, name: str, vocabulary: Vocabulary) -> None:
    built = {part.name for part in build(category, name).parts}
    assert built <= set(vocabulary.entries[name].parts)


@pytest.mark.slow
@pytest.mark.parametrize(("category", "name"), NAMES)
def test_every_part_the_vocabulary_names_turns_up(category: str, name: str, vocabulary: Vocabulary) -> None:
    entry = vocabulary.entries[name]
    built: set[str] = set()
    for seed in range(40):  # what only some individuals have turns up sooner or later
        pose = [None, *entry.poses][seed % (1 + len(entry.poses))]
        built |= {part.name for part in build(category, name, seed, pose).parts}
        if seed and set(entry.parts) <= built:
            break
    assert built == set(entry.parts)


def differ(category: str, name: str) -> bool:
    first, second = build(category, name, 0).outline, build(category, name, 1).outline
    return bool(np.abs(first - second).max() > 0.002 * np.abs(first).max())


@pytest.mark.parametrize(("category", "name"), FIRST_OF_EACH)
def test_two_seeds_are_two_individuals(category: str, name: str) -> None:
    assert differ(category, name)


@pytest.mark.slow
@pytest.mark.parametrize(("category", "name"), NAMES)
def test_two_seeds_of_every_object_are_two_individuals(category: str, name: str) -> None:
    assert differ(category, name)


@pytest.mark.parametrize(("category", "name"), NAMES)
def test_main_colour_is_used(category: str, name: str) -> None:
    assert any(part.colour == MAIN for part in build(category, name).parts)


@pytest.mark.slow
@pytest.mark.parametrize(("category", "name", "pose"), POSES)
def test_pose_changes_the_object(category: str, name: str, pose: str) -> None:
    pairs = ((build(category, name, s).outline, build(category, name, s, pose).outline) for s in range(6))
    assert any(np.abs(usual - posed).max() > 1e-6 for usual, posed in pairs)


@pytest.mark.parametrize(("category", "name"), FIRST_OF_EACH)
def test_splat_count_of_an_object_of_each_category(category: str, name: str, generate: Generator) -> None:
    assert 20_000 <= len(generate(name, 0, lambda _: None).splats) <= 60_000


@pytest.mark.slow
@pytest.mark.parametrize(("category", "name"), NAMES)
def test_splat_count_of_every_object(category: str, name: str, generate: Generator) -> None:
    assert 20_000 <= len(generate(name, 5, lambda _: None).splats) <= 60_000
