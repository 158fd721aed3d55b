"""Prepare an asset for scoring: decode, check, normalise, render sixteen views, measure.

One pure function per stage, composed by `prepare`. Nothing here depends on the prompt.
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
from splats.formats.notes import Note
from splats.model import Splats, normalise
from splats.render import covered_pixels, render, to_uint8
from validation.assets import checks, measures
from validation.assets.fingerprint import AssetFingerprint, fingerprint
from validation.assets.render_spec import RenderSpec
from validation.assets.views import view_cameras
from validation.errors import RejectedError
from validation.schemas import MAX_ASSET_BYTES, MAX_BASE64_CHARS

PREVIEW_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything about an asset that does not depend on the prompt.

    views        [16, H, W, 3] float32 in [0, 1]
    measures     by name
    fingerprint  of the asset as submitted
    preview      a PNG, or None if it was not asked for
    seconds      by stage
    notes        a sentence for each part of the file that splats cannot hold
    """

    views: NDArray[np.float32]
    measures: dict[str, float]
    fingerprint: AssetFingerprint
    preview: bytes | None
    seconds: dict[str, float]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class Stopwatch:
    """Times the stages of one asset."""

    now: Callable[[], float] = time.perf_counter
    seconds: dict[str, float] = field(default_factory=dict)
    started: float = 0.0

    def __post_init__(self) -> None:
        self.started = self.now()

    def lap(self, stage: str) -> None:
        """Record the time since the last lap as that of `stage`."""
        ended = self.now()
        self.seconds[stage] = ended - self.started
        self.started = ended


def prepare(data: bytes, seed: int, spec: RenderSpec, *, preview: bool = False) -> Prepared:
    """Return everything about an asset that does not depend on the prompt. Raises RejectedError.

    Deterministic: the same bytes, seed and spec give the same bits on one machine.
    """
    watch = Stopwatch()
    notes: list[str] = []
    submitted = decode_asset(data, notes.append)
    watch.lap("decode")
    checks.check_raw(submitted)
    asset = normalise(submitted)
    checks.check_normalised(asset)
    watch.lap("checks")
    submitted_fingerprint = fingerprint(submitted)
    watch.lap("fingerprint")
    images, alpha = render_views(asset, seed, spec)
    watch.lap("render")
    checks.check_views(alpha)
    views, coverage = downsample(images, alpha, spec.supersample)
    measured = measure(asset, views, coverage)
    watch.lap("measures")
    sheet = contact_sheet(images) if preview else None
    return Prepared(views.numpy(), measured, submitted_fingerprint, sheet, watch.seconds, tuple(notes))


def decode_base64(text: str) -> bytes:
    """Decode strict base64: standard alphabet, padded, one line. Raises RejectedError bad_encoding or too_large."""
    if len(text) > MAX_BASE64_CHARS:
        raise RejectedError(
            "too_large", f"{len(text):,} characters of base64; an asset may have {MAX_ASSET_BYTES:,} bytes"
        )
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError) as error:  # ValueError: characters outside ASCII
        raise RejectedError("bad_encoding", "data is not base64 of the standard alphabet in one line") from error


def decode_asset(data: bytes, note: Note) -> Splats:
    """Decode a PLY or SPZ file; `note` is called as by `decode`. Raises RejectedError with the decoder's code."""
    try:
        return decode(data, note)
    except DecodeError as error:
        raise RejectedError(error.code, error.detail) from error


def render_views(asset: Splats, seed: int, spec: RenderSpec) -> tuple[Tensor, Tensor]:
    """Render a normalised asset: images [16, H, W, 3] in [0, 1] on white and coverage [16, H, W], both on the CPU.

    Raises RejectedError too_expensive, before rendering, when it could take too long.
    """
    cameras = view_cameras(seed, spec.image_px * spec.supersample)
    checks.check_cost(covered_pixels(asset, cameras))
    with torch.inference_mode():
        images, alpha = render(asset.to(spec.device), cameras.to(spec.device), (1, 1, 1))
        return images.clamp(0, 1).cpu(), alpha[..., 0].cpu()


def downsample(images: Tensor, alpha: Tensor, factor: int) -> tuple[Tensor, Tensor]:
    """Downsample images [C, H, W, 3] and coverage [C, H, W] to [C, H/f, W/f, 3] and [C, H/f, W/f]."""
    return measures.area_average(images, factor), measures.area_average(alpha[..., None], factor)[..., 0]


def measure(asset: Splats, views: Tensor, coverage: Tensor) -> dict[str, float]:
    """Return the quality measures, by name, of a normalised asset with views [C, H, W, 3] and coverage [C, H, W]."""
    return {
        "coverage": measures.coverage(coverage),
        "solidity": measures.solidity(coverage),
        "sharpness": measures.sharpness(views, coverage),
        "steadiness": measures.steadiness(asset),
    }


def contact_sheet(images: Tensor) -> bytes:
    """Return one PNG with all images [C, H, W, 3], PREVIEW_COLUMNS in a row, the fixed views first."""
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


def encode_base64(data: bytes) -> str:
    """Encode as standard base64 in one line."""
    return base64.b64encode(data).decode("ascii")
