"""Measure what merging and filters do to TRELLIS's splats, by images, on the CPU; prints Markdown tables.

python -m benchmarks.trellis_splats [--px 448]

Objects: those of the golden networks of TRELLIS in tests/golden (random weights, 6 splats a voxel), and one with the
statistics of a real one (a shell of 64³ voxels with 32 splats each: opacity quartiles 0.86, 0.97, 0.996; 55 % of all
scales at the floor of 0.0009, 95 % below 0.0041), coloured in patches. Peak signal-to-noise ratios are means over 8
views on white; images are clipped to [0, 1]. Splats are marked as antialiased where they are merged; the large object
is then drawn with at most 256 pixels.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import replace

import torch
from torch import Tensor

from generation.backends.trellis.filtering import FILTERS, compensated
from generation.backends.trellis.merging import merge_groups, visible_mass
from generation.networks.trellis.gaussians import offsets, to_world
from serving.arguments import COUNT, FlagParser
from splats.camera import orbit
from splats.model import Splats, normalise
from splats.render import render
from splats.sh import from_rgb
from tests.generation.networks.trellis_golden import golden

FLOOR = 0.0009
TRAINED_BLUR, DRAWN_BLUR = 0.1, 0.3
"""Pixels² that the renderer adds to a splat's variances: TRELLIS's in training, and every other one's."""


def main() -> None:
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--px", type=COUNT, default=448, help="the validator's size, 448")
    args = parser.parse_args()
    print("| object | splats | kept | merged, dB | dropped, dB |")
    print("|---|---|---|---|---|")
    for name, splats, group in objects():
        marked, px = compensated(splats, "antialiased"), args.px if group < 32 else min(args.px, 256)
        for share in (2, 4, 8):
            if group // share:
                print_merging(name, marked, group, len(splats) // share, px)
    print()
    print("| filter | object | against the trained renderer, dB |")
    print("|---|---|---|")
    for name, splats, _ in objects():
        wanted = trained_images(splats, args.px)
        for choice in FILTERS:
            print(f"| {choice} | {name} | {psnr(images(compensated(splats, choice), args.px), wanted):.1f} |")


def print_merging(name: str, splats: Splats, group: int, most: int, px: int) -> None:
    wanted = images(splats, px)
    merged = merge_groups(splats, group, most)
    dropped = splats.select(visible_mass(splats).topk(most).indices.sort().values)
    scores = [f"{psnr(images(kept, px), wanted):.1f}" for kept in (merged, dropped)]
    print(f"| {name} | {len(splats):,} | {len(merged):,} | {' | '.join(scores)} |")


def objects() -> list[tuple[str, Splats, int]]:
    """Return (name, normalised splats, splats of a voxel)."""
    found = []
    for name, prefix, group in (("decoder", "output.sample0", 6), ("pipeline", "output.sample0", 6)):
        g = golden({"decoder": "gs_decoder", "pipeline": "pipeline"}[name])
        fields = [g[f"{prefix}.{field}"] for field in ("xyz_y_up", "rotation_y_up", "scale", "opacity", "f_dc")]
        found.append((f"golden {name}", normalise(Splats(*fields[:4], fields[4][:, None])), group))
    found.append(("like a real one", normalise(shell()), 32))
    return found


def shell() -> Splats:
    """Return the splats of a bumpy ball of 64³ voxels, with TRELLIS's statistics."""
    random = torch.Generator().manual_seed(0)
    side = 64
    grid = torch.cartesian_prod(*[torch.arange(side)] * 3)
    centres = (grid + 0.5) / side - 0.5
    coords = grid[(centres.norm(dim=-1) - surface(centres)).abs() < 0.9 / side]
    centres = (coords + 0.5) / side - 0.5  # [N, 3]
    spread = torch.tanh(offsets(32, 1.5)) * 1.5 / (2 * side)
    points = (centres[:, None] + spread + 0.002 * torch.randn(len(coords), 32, 3, generator=random)).flatten(0, 1)
    outward = torch.nn.functional.normalize(points, dim=-1)
    means = outward * surface(points)[:, None] + 0.001 * torch.randn(points.shape, generator=random)
    count = len(means)

    # Quantiles of the asset in the facts: of its scales, 55 % at the floor, 95 % below 0.0041, 99.9 % below 0.011.
    rank = torch.rand(count, 3, generator=random)
    rank = rank.sort(dim=-1, descending=True).values
    scales = FLOOR + (0.0041 - FLOOR) * ((rank - 0.55) / 0.4).clamp(min=0) ** 1.5
    quantile = torch.rand(count, generator=random)
    opacities = torch.sigmoid(math.log(0.97 / 0.03) + 2.0 * torch.special.ndtri(quantile.clamp(0.001, 0.999)))
    patches = (torch.sin(23 * means[:, :1]) * torch.sin(23 * means[:, 1:2]) * torch.sin(23 * means[:, 2:]) > 0).float()
    rgb = 0.25 + 0.5 * patches * torch.tensor([1.0, 0.6, 0.2]) + 0.05 * torch.randn(count, 3, generator=random)
    return to_world(Splats(means, facing(outward), scales, opacities, from_rgb(rgb.clamp(0, 1))))


def surface(points: Tensor) -> Tensor:
    """Return the ball's radius [N] in the direction of points [N, 3]."""
    x, y, z = torch.nn.functional.normalize(points, dim=-1).unbind(-1)
    return 0.42 + 0.04 * torch.sin(5 * x) * torch.cos(4 * y) * torch.sin(3 * z + 1)


def facing(normals: Tensor) -> Tensor:
    """Return quaternions [N, 4] that turn z, the shortest axis, to `normals` [N, 3]."""
    x, y, z = normals.unbind(-1)
    quats = torch.stack([1 + z, -y, x, torch.zeros_like(x)], dim=-1)
    return torch.nn.functional.normalize(quats + 1e-6, dim=-1)


def images(splats: Splats, px: int) -> Tensor:
    """Render 8 views [8, px, px, 3] from the validator's distance."""
    return render(splats, cameras(px)).images.clamp(0, 1)


def trained_images(splats: Splats, px: int) -> Tensor:
    """Render as TRELLIS was trained: antialiased, with TRAINED_BLUR.

    Ours adds DRAWN_BLUR, so it draws √3 times larger, where that is the same blur, and the images are resized.
    """
    larger = round(px * math.sqrt(DRAWN_BLUR / TRAINED_BLUR))
    drawn = render(replace(splats, antialiased=True), cameras(larger)).images.permute(0, 3, 1, 2)
    sized = torch.nn.functional.interpolate(drawn, (px, px), mode="bilinear", antialias=True, align_corners=False)
    return sized.permute(0, 2, 3, 1).clamp(0, 1)


def cameras(px: int):
    azimuths = [45.0 * i for i in range(8)]
    return orbit(azimuths, [20.0, -10.0] * 4, radius=2.1, width=px, height=px)


def psnr(got: Tensor, wanted: Tensor) -> float:
    errors = (got - wanted).square().flatten(1).mean(dim=1)
    return float((-10 * errors.log10()).mean())


if __name__ == "__main__":
    main()
