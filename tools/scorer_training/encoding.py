"""Assets as the scorer sees them: rendered, encoded and measured as the validation service does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor
from tqdm import tqdm

from splats.camera import orbit
from splats.model import Cameras, Splats, normalise
from splats.render import render
from tools.scorer_training.images import IMAGE_PX, SUPERSAMPLE, AssetBuilder
from tools.scorer_training.world import ObjectSpec, World
from validation.assets import measures
from validation.assets.views import RADIUS, view_cameras
from validation.scoring.clip import ClipEncoder

RENDER_PX = IMAGE_PX * SUPERSAMPLE


@dataclass(frozen=True, slots=True)
class EncodedAsset:
    """One asset: its spec, its prompt, the unit vectors [16, D] of its views, and its measures."""

    spec: ObjectSpec
    prompt: str
    views: Tensor
    measured: dict[str, float]


def encode_assets(
    specs: Sequence[ObjectSpec], world: World, encoder: ClipEncoder, first_seed: int, view_seed: int = 0
) -> list[EncodedAsset]:
    """Build and encode one asset for each spec, with seeds counting up from `first_seed`."""
    builder = AssetBuilder(world)
    assets = []
    for i, spec in enumerate(tqdm(specs, desc="assets", disable=None)):
        splats = normalise(builder.build(spec, first_seed + i, first_seed + i))
        plain = " ".join(word for word in (spec.colour, spec.material, spec.pose, spec.name) if word)
        prompt = spec.prompt.text if spec.prompt else plain
        views, measured = encode_views(splats, encoder, view_cameras(view_seed + i, RENDER_PX))
        assets.append(EncodedAsset(spec, prompt, views, measured))
    return assets


def encode_views(splats: Splats, encoder: ClipEncoder, cameras: Cameras) -> tuple[Tensor, dict[str, float]]:
    """Return the unit vectors [16, D] of a normalised asset's views, and its measures by name."""
    images, alpha = render(splats, cameras)
    images, alpha = images.clamp(0, 1), alpha[..., 0]
    measured = {
        "coverage": measures.coverage(alpha),
        "solidity": measures.solidity(alpha),
        "sharpness": measures.sharpness(images, alpha),
        "steadiness": measures.steadiness(splats),
    }
    return encoder.images(measures.area_average(images, SUPERSAMPLE)), measured


def encode_view(splats: Splats, encoder: ClipEncoder, azimuth_deg: float, elevation_deg: float) -> Tensor:
    """Return the unit vector [D] of one view."""
    camera = orbit([azimuth_deg], [elevation_deg], radius=RADIUS, width=RENDER_PX, height=RENDER_PX)
    view = measures.area_average(render(splats, camera).images.clamp(0, 1), SUPERSAMPLE)
    # The encoder takes batches of 16 views only.
    return encoder.images(view.expand(16, -1, -1, -1))[0]
