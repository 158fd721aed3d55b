"""The image that gsplat rendered of a real asset, reproduced with its conventions.

Opacities divided by the object's scale, one mean for all coordinates and the camera's axes belong to that image alone,
so they are written here.
"""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from splats.camera import intrinsics
from splats.codecs import decode
from splats.model import Cameras, Splats
from splats.render import render, to_uint8


def _reference_splats(data: bytes) -> Splats:
    splats = decode(data)
    extent = float((splats.means.amax(dim=0) - splats.means.amin(dim=0)).max())
    return Splats(
        (splats.means - splats.means.mean()) / extent,
        splats.quats,
        splats.scales / extent,
        (splats.opacities * extent).clamp(0, 1),
        splats.sh,
    )


def _reference_camera() -> Cameras:
    h = 0.5**0.5
    viewmat = torch.tensor([[h, 0, -h, 0], [0, -1, 0, 0], [-h, 0, -h, 3], [0, 0, 0, 1]])
    return Cameras(viewmat[None], intrinsics(1080, 1080)[None], 1080, 1080)


@pytest.mark.parametrize("renderer", ["cpu", "torch", pytest.param("gsplat", marks=pytest.mark.gpu)])
def test_reference_image_is_reproduced_to_60_db(renderer: str, hamburger: bytes, shared_data: Path) -> None:
    device = "cuda" if renderer == "gsplat" else "cpu"
    images, _ = render(_reference_splats(hamburger).to(device), _reference_camera(), renderer=renderer)
    ours = to_uint8(images[0]).cpu().numpy().astype(np.float64)
    theirs = np.asarray(Image.open(shared_data / "hamburger_az45_el0_r3_1080.png").convert("RGB"), np.float64)
    psnr = 10 * np.log10(255**2 / np.mean((ours - theirs) ** 2))
    assert psnr >= 60
