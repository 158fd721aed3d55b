"""Render the procedural generator's objects: every object from four sides, and the gallery of the docs.

python -m tools.contact_sheets                       one sheet per category, into out/sheets/
python -m tools.contact_sheets dog cat --seeds 0 1   one sheet of these objects (or prompts)
python -m tools.contact_sheets --gallery docs/gallery.jpg
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from generation.backends import LOADERS
from generation.backends.contract import Generator
from procedural.language.vocabulary import load_vocabulary
from serving.arguments import COUNT, SEED, FlagParser
from splats.camera import orbit
from splats.render import render, to_uint8

Image8 = NDArray[np.uint8]

SIDES_DEG = (20.0, 110.0, 200.0, 290.0)
GALLERY_DEG = 35.0
ELEVATION_DEG = 15.0
RADIUS = 1.75
LABEL_PX = 14

log = logging.getLogger("contact_sheets")


def main() -> None:
    """Run the command line."""
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prompts", nargs="*", help="objects or whole prompts (default: every object)")
    parser.add_argument("--seeds", nargs="+", type=SEED, default=[0])
    parser.add_argument("--size_px", type=COUNT, default=256)
    parser.add_argument("--out", type=Path, default=Path("out/sheets"), help="folder, or a .png for one sheet")
    parser.add_argument("--gallery", type=Path, help="write the gallery of all objects to this .jpg instead")
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    generate = LOADERS["procedural"]("cpu")
    vocabulary = load_vocabulary()
    if args.gallery:
        prompts = args.prompts or list(vocabulary.entries)
        _save(_gallery(generate, prompts, args.seeds[0], args.size_px), args.gallery)
        return
    sheets = {"sheet": args.prompts} if args.prompts else {c: vocabulary.category(c) for c in vocabulary.categories}
    for name, prompts in sheets.items():
        rows = [_row(generate, prompt, seed, args.size_px) for prompt in prompts for seed in args.seeds]
        if rows:
            _save(np.concatenate(rows), args.out if args.out.suffix else args.out / f"{name}.png")


def _row(generate: Generator, prompt: str, seed: int, size_px: int) -> Image8:
    views = _views(generate, prompt, seed, size_px, SIDES_DEG)
    return _labelled(np.concatenate(list(views), axis=1), f"{prompt} (seed {seed})")


def _gallery(generate: Generator, prompts: Sequence[str], seed: int, size_px: int, across: int = 14) -> Image8:
    tiles = [_labelled(_views(generate, p, seed, size_px, (GALLERY_DEG,))[0], p) for p in prompts]
    while len(tiles) % across:
        tiles.append(np.full_like(tiles[0], 255))
    return np.concatenate([np.concatenate(tiles[i : i + across], axis=1) for i in range(0, len(tiles), across)])


def _views(generate: Generator, prompt: str, seed: int, size_px: int, azimuths_deg: Sequence[float]) -> Image8:
    result = generate(prompt, seed, lambda _: None)
    log.info("%s: %d splats; %s", prompt, len(result.splats), result.understood)
    cameras = orbit(azimuths_deg, [ELEVATION_DEG] * len(azimuths_deg), radius=RADIUS, width=size_px, height=size_px)
    images: Image8 = to_uint8(render(result.splats, cameras).images).numpy()
    return images


def _labelled(image: Image8, text: str) -> Image8:
    canvas = Image.fromarray(image)
    ImageDraw.Draw(canvas).text((4, image.shape[0] - LABEL_PX), text, fill=(90, 90, 90))
    return np.asarray(canvas)


def _save(image: Image8, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path, quality=84)
    log.info("%s", path)


if __name__ == "__main__":
    main()
