"""From bytes to what a scorer needs: decode, check, normalise once, render sixteen views, measure.

One pure function per stage, composed by `prepare`. Knows nothing of prompts, models, processes or HTTP.
"""

from __future__ import annotations

import base64
import binascii
import io
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from splats.codecs import decode
from splats.errors import DecodeError
from splats.model import Splats, normalise
from splats.render import covered_pixels, render, to_uint8
from validation.assets import checks, measures
from validation.assets.fingerprint import Fingerprinted, fingerprint
from validation.assets.views import view_cameras
from validation.errors import RejectedError
from validation.schemas import MAX_ASSET_BYTES, MAX_BASE64_CHARS

PREVIEW_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Picture:
    """How the views of a scorer are made: rendered `supersample` times larger than image_px, then averaged down."""

    image_px: int
    supersample: int
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Prepared:
    """views [16, H, W, 3] float32 in [0, 1], measures by name, the fingerprint, a PNG or None, seconds by stage."""

    views: NDArray[np.float32]
    measures: dict[str, float]
    fingerprint: Fingerprinted
    preview: bytes | None
    seconds: dict[str, float]


@dataclass(slots=True)
class Stopwatch:
    """Seconds by stage."""

    now: Callable[[], float] = time.perf_counter
    seconds: dict[str, float] = field(default_factory=dict)
    started: float = 0.0

    def __post_init__(self) -> None:
        self.started = self.now()

    def lap(self, stage: str) -> None:
        """The stage that just ended."""
        ended = self.now()
        self.seconds[stage] = ended - self.started
        self.started = ended


def prepare(data: bytes, seed: int, picture: Picture, *, preview: bool = False) -> Prepared:
    """Everything about an asset that does not depend on the prompt. Raises RejectedError with a code of the reject list.

    Deterministic: the same bytes, seed and picture give the same bits on one machine.
    """
    watch = Stopwatch()
    delivered = decode_asset(data)
    watch.lap("decode")
    checks.check_raw(delivered)
    asset = normalise(delivered)
    checks.check_normalised(asset)
    watch.lap("checks")
    marks = fingerprint(delivered)
    watch.lap("fingerprint")
    images, alpha = draw(asset, seed, picture)
    watch.lap("render")
    checks.check_views(alpha)
    views, cover = shrink(images, alpha, picture.supersample)
    found = measure(asset, views, cover)
    watch.lap("measures")
    return Prepared(views.numpy(), found, marks, contact_sheet(images) if preview else None, watch.seconds)


def read_base64(text: str) -> bytes:
    """The bytes of strict base64: standard alphabet, padded, one line. Raises RejectedError (bad_encoding, too_large)."""
    if len(text) > MAX_BASE64_CHARS:
        raise RejectedError(
            "too_large", f"{len(text):,} characters of base64; an asset may have {MAX_ASSET_BYTES:,} bytes"
        )
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError) as error:  # ValueError: characters outside ASCII
        raise RejectedError("bad_encoding", "data is not base64 of the standard alphabet in one line") from error


def decode_asset(data: bytes) -> Splats:
    """The splats of a PLY or SPZ file. Raises RejectedError with the decoder's code."""
    try:
        return decode(data)
    except DecodeError as error:
        raise RejectedError(error.code, error.detail) from error


def draw(asset: Splats, seed: int, picture: Picture) -> tuple[Tensor, Tensor]:
    """Pictures [16, H, W, 3] in [0, 1] on white and coverage [16, H, W] of a normalised asset, on the CPU.

    Raises RejectedError("too_expensive") before anything is drawn when drawing could take too long.
    """
    cameras = view_cameras(seed, picture.image_px * picture.supersample)
    checks.check_cost(covered_pixels(asset, cameras))
    with torch.inference_mode():
        images, alpha = render(asset.to(picture.device), cameras.to(picture.device), (1, 1, 1))
        return images.clamp(0, 1).cpu(), alpha[..., 0].cpu()


def shrink(images: Tensor, alpha: Tensor, factor: int) -> tuple[Tensor, Tensor]:
    """Pictures [C, H, W, 3] and coverage [C, H, W] as the model sees them: [C, H/f, W/f, 3] and [C, H/f, W/f]."""
    return measures.area_average(images, factor), measures.area_average(alpha[..., None], factor)[..., 0]


def measure(asset: Splats, views: Tensor, cover: Tensor) -> dict[str, float]:
    """The quality measures of a normalised asset, its views [C, H, W, 3] and their coverage [C, H, W], by name."""
    return {
        "coverage": measures.coverage(cover),
        "solidity": measures.solidity(cover),
        "sharpness": measures.sharpness(views, cover),
        "steadiness": measures.steadiness(asset),
    }


def contact_sheet(images: Tensor) -> bytes:
    """One PNG with all pictures [C, H, W, 3], PREVIEW_COLUMNS in a row, first the fixed views."""
    from PIL import Image  # noqa: PLC0415  only previews need it

    count, height, width, _ = images.shape
    rows = -(-count // PREVIEW_COLUMNS)
    sheet = Image.new("RGB", (PREVIEW_COLUMNS * width, rows * height), "white")
    for index, image in enumerate(to_uint8(images)):
        row, column = divmod(index, PREVIEW_COLUMNS)
        sheet.paste(Image.fromarray(image.numpy()), (column * width, row * height))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def to_base64(data: bytes) -> str:
    """Standard base64, one line."""
    return base64.b64encode(data).decode("ascii")
