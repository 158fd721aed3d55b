"""Build the example objects of docs/procedural.md from the code on that page, and draw them.

python -m tools.procedural_example       write docs/procedural_*.jpg
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from PIL import Image

from procedural.assemble import assemble
from procedural.builder import BuildFunction
from procedural.language.prompt import read_prompt
from procedural.language.vocabulary import Vocabulary, check_vocabulary, read_words
from splats.camera import orbit
from splats.model import Splats
from splats.render import render, to_uint8

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE = DOCS / "procedural.md"
IMAGES = {
    "procedural_traffic_cone.jpg": (("traffic cone", 0), ("traffic cone", 1), ("traffic cone", 2)),
    "procedural_donkey.jpg": (("donkey", 0), ("running donkey", 1), ("sitting donkey", 2)),
}
"""Prompts and seeds drawn side by side, by file name."""
SIZE_PX = 320


@dataclass(frozen=True, slots=True)
class Examples:
    """The build functions on the page by object name, and the vocabulary with their words."""

    build_functions: Mapping[str, BuildFunction]
    vocabulary: Vocabulary


def read_examples() -> Examples:
    """Read the code and the words of every example from the page."""
    page = PAGE.read_text(encoding="utf-8")
    categories = re.findall(r"in the category `(\w+)`", page)
    codes, blocks = (re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL) for language in ("python", "yaml"))
    data = read_words()
    build_functions: dict[str, BuildFunction] = {}
    for category, code, block in zip(categories, codes, blocks, strict=True):
        ((name, words),) = yaml.safe_load(block).items()
        namespace: dict[str, Any] = {}
        exec(code, namespace)
        build_functions[name] = namespace[name.replace(" ", "_")]
        _drop_related(data, {name, *words["also"]})
        data["categories"][category][name] = words
    return Examples(build_functions, check_vocabulary(data))


def _drop_related(data: dict[str, Any], words: set[str]) -> None:
    """Take words that now name an object of their own out of the related words of others."""
    for section in data["categories"].values():
        for name, block in section.items():
            if name != "words" and block and "related" in block:
                block["related"] = [word for word in block["related"] if word not in words]


def build_example(examples: Examples, prompt: str, seed: int) -> Splats:
    """Return the splats [N] of a prompt for one of the examples."""
    request = read_prompt(prompt, examples.vocabulary)
    return assemble(request, seed, examples.build_functions, examples.vocabulary, lambda _fraction, _stage: None)


def main() -> None:
    """Draw each of IMAGES."""
    examples = read_examples()
    cameras = orbit([55.0], [15.0], radius=1.6, width=SIZE_PX, height=SIZE_PX)
    for file_name, prompts in IMAGES.items():
        splats = [build_example(examples, prompt, seed) for prompt, seed in prompts]
        images = [to_uint8(render(each, cameras).images)[0].numpy() for each in splats]
        Image.fromarray(np.concatenate(images, axis=1)).save(DOCS / file_name, quality=90)
        print(f"wrote docs/{file_name}")


if __name__ == "__main__":
    main()
