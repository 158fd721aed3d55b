"""Encode images as PNG files."""

from __future__ import annotations

import io

from PIL import Image
from torch import Tensor


def encode_png(image: Tensor) -> bytes:
    """Encode `image` [H, W, 3] uint8, on any device, as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(image.cpu().numpy()).save(file, "PNG")
    return file.getvalue()
