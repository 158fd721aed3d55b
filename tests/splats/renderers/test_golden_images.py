"""Images that the torch oracle once rendered (tools/make_render_golden.py); every renderer must reproduce them."""

from pathlib import Path

import numpy as np
import pytest
import torch

from splats.model import TENSORS, Cameras, Splats
from splats.render import render


@pytest.mark.parametrize("renderer", ["cpu", "torch", pytest.param("gsplat", marks=pytest.mark.gpu)])
def test_golden_images_are_reproduced(renderer: str) -> None:
    with np.load(Path(__file__).parent.parent / "golden" / "knot.npz") as file:
        golden = {name: torch.from_numpy(file[name]) for name in file.files}
    splats = Splats(*(golden[name] for name in TENSORS))
    _, height, width, _ = golden["images"].shape
    cameras = Cameras(golden["viewmats"], golden["Ks"], width, height)
    device = "cuda" if renderer == "gsplat" else "cpu"
    images, alpha = render(splats.to(device), cameras, (0.9, 0.95, 1.0), renderer=renderer)
    for ours, wanted in ((images, golden["images"]), (alpha, golden["alpha"])):
        difference = (ours.cpu() - wanted).abs()
        assert float(difference.mean()) < 1e-5
        assert float(difference.max()) < 2e-2
