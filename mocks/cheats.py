"""Assets of a cheating miner: junk, cards, half objects, wrong objects. For tests, benchmarks and the demo.

Every function returns `Splats` in the project's conventions; the same arguments give the same splats.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from splats.camera import orbit
from splats.model import Splats, concatenate, normalise
from splats.render import render
from splats.sh import from_rgb

CARD_PX = 320
"""Cells along a card's side: fine enough that a thin object still has thousands of splats on it."""


def make_splats(
    means: Tensor, rgb: Tensor, scales: Tensor, opacity: float = 0.95, quats: Tensor | None = None
) -> Splats:
    """Make splats of one opacity from `means`, colours `rgb` and `scales` (all [N, 3]), and `quats` [N, 4] if given."""
    count = len(means)
    upright = torch.tensor([1.0, 0.0, 0.0, 0.0]).expand(count, 4)
    return Splats(
        means=means.float().contiguous(),
        quats=(upright if quats is None else quats).float().contiguous(),
        scales=scales.float().contiguous(),
        opacities=torch.full((count,), opacity),
        sh=from_rgb(rgb.float()).contiguous(),
    )


def noise(count: int = 20_000, seed: int = 0) -> Splats:
    """Fill a cube with small splats of random colours."""
    draw = torch.Generator().manual_seed(seed)
    means = torch.rand(count, 3, generator=draw) - 0.5
    return make_splats(means, torch.rand(count, 3, generator=draw), torch.full((count, 3), 0.008))


def fog(rgb: tuple[float, float, float], count: int = 5_000, seed: int = 0) -> Splats:
    """Make a soft ball of large faint splats of one colour."""
    draw = torch.Generator().manual_seed(seed)
    means = torch.randn(count, 3, generator=draw).mul(0.18).clamp(-0.5, 0.5)
    colours = torch.tensor(rgb).expand(count, 3)
    return make_splats(means, colours, torch.full((count, 3), 0.07), opacity=0.06)


def one_sided(honest: Splats) -> Splats:
    """Return the front half of an object."""
    asset = normalise(honest)
    return asset.select(asset.means[:, 2] > 0)


def among_floaters(honest: Splats, count: int = 4_000, seed: int = 0) -> Splats:
    """Surround a good object with specks."""
    draw = torch.Generator().manual_seed(seed)
    asset = normalise(honest)
    means = (torch.rand(count, 3, generator=draw) - 0.5) * 3
    specks = make_splats(means, torch.rand(count, 3, generator=draw), torch.full((count, 3), 0.006))
    return concatenate(replace(asset, sh=asset.sh[:, :1], antialiased=False), specks)


def lying(honest: Splats) -> Splats:
    """Show the object's colours from the front and their opposites from behind (first-degree harmonics along z)."""
    sh = torch.zeros(len(honest), 4, 3)
    base = honest.sh[:, 0]
    sh[:, 0] = 0  # the mean of both is grey
    sh[:, 2] = -base * (0.28209479177387814 / 0.4886025119029199)  # basis C1·z; the camera in front looks along -z
    return replace(honest, sh=sh)


def veiled(honest: Splats, opacity: float, rgb: tuple[float, float, float]) -> Splats:
    """Lay a nearly invisible copy of the object's splats, of one colour far outside [0, 1], over the object.

    Where colours below 0 are blended, the copy subtracts them: the object shows one colour there, another in viewers.
    """
    veil = replace(
        honest,
        opacities=torch.full_like(honest.opacities, opacity),
        sh=torch.zeros_like(honest.sh).index_copy(1, torch.tensor([0]), from_rgb(torch.tensor([rgb] * len(honest)))),
    )
    return concatenate(veil, honest)


def card_of(honest: Splats, size_px: int = CARD_PX) -> Splats:
    """Paint the object's front on a flat card."""
    camera = orbit([0.0], [0.0], radius=2.1, width=size_px, height=size_px)
    images, alpha = render(normalise(honest), camera)
    return card(images[0].clamp(0, 1), alpha[0, ..., 0])


def text_card(text: str, size_px: int = CARD_PX) -> Splats:
    """Write black text on a flat white card."""
    from PIL import Image, ImageDraw  # noqa: PLC0415

    image = Image.new("L", (size_px, size_px), 255)
    drawing = ImageDraw.Draw(image)
    words = text.split() or ["?"]
    for row, word in enumerate(words):
        size = min(size_px // len(words), 2 * size_px // max(len(word), 2))
        drawing.text((4, row * size_px // len(words)), word, fill=0, font_size=size)
    grey = torch.tensor(list(image.tobytes())).reshape(size_px, size_px, 1) / 255
    return card(grey.expand(size_px, size_px, 3), torch.ones(size_px, size_px))


def card(image: Tensor, alpha: Tensor, thickness: float = 0.0, seed: int = 0) -> Splats:
    """Lay a disc for each solid pixel of `image` [H, W, 3] and `alpha` [H, W] in the plane z = 0 (± thickness / 2)."""
    height, width = alpha.shape
    rows, columns = torch.nonzero(alpha > 0.5, as_tuple=True)
    depth = (torch.rand(len(rows), generator=torch.Generator().manual_seed(seed)) - 0.5) * thickness
    means = torch.stack([(columns + 0.5) / width - 0.5, 0.5 - (rows + 0.5) / height, depth], dim=1)
    scales = torch.tensor([0.6 / width, 0.6 / height, 1e-4]).expand(len(rows), 3)
    return make_splats(means, image[rows, columns], scales)
