"""Write tests/splats/golden/knot.npz: a synthetic object and its images by the torch oracle.

Run it only when the rendering contract changes on purpose, and after the reference image of
tests/splats/renderers/test_reference_image.py has passed with the new oracle: `python -m tools.make_render_golden`.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch

from splats import sh
from splats.camera import orbit
from splats.model import TENSORS, Splats
from splats.render import render

GOLDEN = Path(__file__).resolve().parent.parent / "tests" / "splats" / "golden" / "knot.npz"


def knot(count: int = 900) -> Splats:
    """Return `count` splats along a trefoil knot, in all hues, with spherical harmonics of degree 3."""
    generator = torch.Generator().manual_seed(17)
    t = torch.arange(count) / count * 2 * math.pi  # [N]
    radius = 2 + torch.cos(3 * t)
    centre_line = torch.stack([radius * torch.cos(2 * t), radius * torch.sin(2 * t), torch.sin(3 * t)], dim=-1) / 6
    means = centre_line + 0.03 * torch.randn(count, 3, generator=generator)
    quats = torch.nn.functional.normalize(torch.randn(count, 4, generator=generator), dim=-1)
    scales = torch.tensor([0.04, 0.02, 0.005]) * (0.5 + torch.rand(count, 1, generator=generator))
    opacities = 0.3 + 0.7 * torch.rand(count, generator=generator)
    hue = 0.5 + 0.45 * torch.cos(t[:, None] + torch.tensor([0.0, 2.1, 4.2]))  # [N, 3]
    coefficients = 0.08 * torch.randn(count, 16, 3, generator=generator)
    coefficients[:, :1] = sh.from_rgb(hue)
    return Splats(means, quats, scales, opacities, coefficients)


def main() -> None:
    """Render the knot from three sides and write object, cameras and images."""
    splats = knot()
    cameras = orbit([20, 140, 260], [10, 50, -30], radius=1.9, width=141, height=115)
    images, alpha = render(splats, cameras, (0.9, 0.95, 1.0), renderer="torch")
    GOLDEN.parent.mkdir(exist_ok=True)
    fields = {name: getattr(splats, name).numpy() for name in TENSORS}
    np.savez_compressed(
        GOLDEN,
        **fields,
        viewmats=cameras.viewmats.numpy(),
        Ks=cameras.Ks.numpy(),
        images=images.numpy(),
        alpha=alpha.numpy(),
    )


if __name__ == "__main__":
    main()
