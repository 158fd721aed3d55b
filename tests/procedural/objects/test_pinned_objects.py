"""Objects and whole assets have not changed: their digests are in golden/objects.json.

After an intended change, look at the objects and run `python -m tools.pin_objects`.
"""

from __future__ import annotations

import json

import pytest

from tools.pin_objects import ASSETS, SEEDS, TABLE, asset_table, build, digest, object_keys

PINNED = json.loads(TABLE.read_text())


def key_of(name: str, pose: str | None) -> str:
    return name if pose is None else f"{name}, {pose}"


def test_the_table_has_every_object_and_pose() -> None:
    assert list(PINNED["objects"]) == list(dict.fromkeys(key_of(name, pose) for _, name, pose, _ in object_keys()))


@pytest.mark.parametrize(
    ("category", "name", "pose", "seed"),
    [pytest.param(*key, marks=[] if key[3] == SEEDS[0] else [pytest.mark.slow]) for key in object_keys()],
)
def test_object_is_unchanged(category: str, name: str, pose: str | None, seed: int) -> None:
    assert digest(build(category, name, pose, seed)) == PINNED["objects"][key_of(name, pose)][SEEDS.index(seed)]


def test_a_digest_sees_a_vertex_that_moved() -> None:
    parts = build("animals", "horse", None, 0)
    moved = [*parts[:-1], type(parts[-1])(parts[-1].name, parts[-1].shape.move(x=0.001), parts[-1].colour)]
    assert digest(parts) != digest(moved)


@pytest.mark.parametrize("prompt", ASSETS)
def test_asset_is_unchanged(prompt: str) -> None:
    assert asset_table({prompt: ASSETS[prompt]})[prompt] in PINNED["assets"][prompt]
