"""Builds the example object of docs/procedural.md from the code on that page, and draws it.

python -m tools.procedural_example       write docs/procedural_example.jpg
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from procedural import geometry
from procedural.assemble import assemble
from procedural.builder import ACCENT, MAIN, Builder, BuildFunction
from procedural.geometry import sdf, shapes, sweeps
from procedural.language.prompt import read_prompt
from procedural.language.vocabulary import Vocabulary, check_vocabulary, read_words
from splats.camera import orbit
from splats.model import Splats
from splats.render import render, to_uint8

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "procedural.md"
IMAGE = ROOT / "docs" / "procedural_example.jpg"
SEEDS = (0, 1, 2)
SIZE_PX = 320


def read_example() -> tuple[str, BuildFunction, Vocabulary]:
    """Return the example's name, its build function, and the vocabulary with its words."""
    page = PAGE.read_text(encoding="utf-8")
    code, words = (_first_block(page, language) for language in ("python", "yaml"))
    names: dict[str, Any] = {"Builder": Builder, "MAIN": MAIN, "ACCENT": ACCENT}
    for module in (geometry, shapes, sweeps, sdf):
        names |= vars(module)
    exec(code, names)
    block = yaml.safe_load(words)
    (name,) = block
    data = read_words()
    data["categories"]["decor"] |= block
    return name, names[name.replace(" ", "_")], check_vocabulary(data)


def build_example(seed: int) -> Splats:
    """Return the example as splats [N]."""
    name, build, vocabulary = read_example()
    return assemble(read_prompt(name, vocabulary), seed, {name: build}, vocabulary, lambda _fraction, _stage: None)


def _first_block(page: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)
    if not found:
        raise LookupError(f"{PAGE.name} has no {language} block")
    return found[1]


def main() -> None:
    """Draw the example with each of SEEDS, side by side."""
    cameras = orbit([30.0], [15.0], radius=1.75, width=SIZE_PX, height=SIZE_PX)
    images = [to_uint8(render(build_example(seed), cameras).images)[0].numpy() for seed in SEEDS]
    Image.fromarray(np.concatenate(images, axis=1)).save(IMAGE, quality=90)
    print(f"wrote {IMAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
