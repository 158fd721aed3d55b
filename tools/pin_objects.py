"""Write digests of the procedural generator's output, which a test compares.

    python -m tools.pin_objects                   write tests/procedural/golden/objects.json
    python -m tools.pin_objects --exact FILE      write digests of the unrounded output to FILE, to compare two
                                                  checkouts on one machine (vertices and splats to the last bit)

Run the first form only when an object changes on purpose, and look at the object before and after. The last bits of a
whole asset depend on the processor, so an asset may have several digests in the file: the first form writes this
machine's, and the ones from other processors are added by hand.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from procedural.builder import Builder, Part
from procedural.generate import load_generator
from procedural.language.vocabulary import load_vocabulary
from procedural.objects import OBJECTS
from serving.arguments import FlagParser
from splats.codecs import encode_ply

TABLE = Path(__file__).resolve().parent.parent / "tests/procedural/golden/objects.json"
SEEDS = (0, 1, 2, 3)
STEP = 1e-4
"""Vertices are rounded to this, so that the last bits of another processor's sine do not change a digest."""
OFFSET = 0.31830988618 * STEP
"""Moves the rounding boundaries away from the round numbers that builders use."""
ASSETS = {
    "pink bicycle": 7,
    "golden crown with red gems": 0,
    "running zebra": 1,
    "three blue teapots": 2,
    "wooden chair": 3,
    "knight with a silver sword": 4,
    "glass bottle": 5,
    "striped green dragon": 6,
    "old oak tree": 8,
    "red sports car with white wheels": 9,
}
"""Prompt and seed of the whole assets that are pinned."""


def digest(parts: list[Part], step: float | None = STEP) -> str:
    """Return a SHA-256 over names, colours, materials, shades and vertices, unrounded if `step` is None."""
    total = hashlib.sha256()
    for part in parts:
        shape = part.shape
        total.update(repr((part.name, part.colour, part.material, round(part.shade, 6), shape.open)).encode())
        total.update(np.ascontiguousarray(shape.faces, dtype=np.int64).tobytes())
        for values in (shape.vertices, shape.field):
            if values is None:
                continue
            rounded = values if step is None else np.floor((values + OFFSET) / step).astype(np.int64)
            total.update(np.ascontiguousarray(rounded).tobytes())
        if step is None:
            total.update(np.ascontiguousarray(shape.normals).tobytes())
    return total.hexdigest()[:16]


def object_keys() -> Iterator[tuple[str, str, str | None, int]]:
    """Yield category, name, pose and seed of each pinned object."""
    for entry in load_vocabulary().entries.values():
        for pose in (None, *entry.poses):
            for seed in SEEDS:
                yield entry.category, entry.name, pose, seed


def build(category: str, name: str, pose: str | None, seed: int) -> list[Part]:
    """Return the parts of one object."""
    builder = Builder(np.random.default_rng(seed), pose)
    OBJECTS[category][name](builder)
    return builder.parts


def object_table(step: float | None = STEP) -> dict[str, list[str]]:
    """Return the digests by "name" or "name, pose", one for each of SEEDS."""
    table: dict[str, list[str]] = {}
    for category, name, pose, seed in object_keys():
        key = name if pose is None else f"{name}, {pose}"
        table.setdefault(key, []).append(digest(build(category, name, pose, seed), step))
    return table


def asset_table(prompts: dict[str, int]) -> dict[str, str]:
    """Return the SHA-256 of the PLY file by prompt."""
    generate = load_generator()
    return {
        prompt: hashlib.sha256(encode_ply(generate(prompt, seed, lambda _fraction, _stage: None).splats)).hexdigest()
        for prompt, seed in prompts.items()
    }


def main() -> None:
    """Write the table, or the exact digests."""
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--exact", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    exact = arguments.exact is not None
    objects = object_table(None if exact else STEP)
    prompts = {**ASSETS, **(dict.fromkeys(load_vocabulary().entries, 11) if exact else {})}
    assets = asset_table(prompts)
    written = {"assets": {prompt: [hexdigest] for prompt, hexdigest in assets.items()}, "objects": objects}
    target = arguments.exact or TABLE
    target.write_text(json.dumps(written, indent=1) + "\n")
    print(f"{target}: {sum(map(len, objects.values()))} objects, {len(prompts)} assets")


if __name__ == "__main__":
    main()
