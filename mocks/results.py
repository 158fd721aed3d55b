"""Checks the files of a job: opens each with a reader of its format and describes its contents.

The readers are imported when they are needed: the demo starts its service before it loads torch itself.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path


class BadResult(Exception):
    """A file is empty or cannot be opened."""


def describe(path: Path) -> str:
    """Describe a file by its extension. Raises BadResult for a file that is empty or does not decode."""
    data = path.read_bytes()
    if not data:
        raise BadResult(f"{path} is empty")
    try:
        return FORMATS[path.suffix.removeprefix(".")](data)
    except (OSError, SyntaxError, ValueError) as error:  # FFmpeg's and Pillow's errors are among these
        raise BadResult(f"cannot open {path}: {error}") from error


def _video(data: bytes) -> str:
    import av  # noqa: PLC0415

    with av.open(io.BytesIO(data), "r") as container:
        frames = [(frame.width, frame.height) for frame in container.decode(video=0)]
    if not frames:
        raise ValueError("no frames")
    return f"turntable, {len(frames)} frames of {frames[0][0]}×{frames[0][1]}"


def _image(data: bytes) -> str:
    from PIL import Image  # noqa: PLC0415

    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return f"image, {image.width}×{image.height}"


def _splats(data: bytes) -> str:
    from splats.codecs import decode  # noqa: PLC0415
    from splats.errors import DecodeError  # noqa: PLC0415

    try:
        splats = decode(data)
    except DecodeError as error:
        raise ValueError(f"{error} ({error.code})") from error
    return f"{len(splats):,} splats, SH degree {splats.sh_degree}"


FORMATS: dict[str, Callable[[bytes], str]] = {"mp4": _video, "png": _image, "spz": _splats, "ply": _splats}
"""Readers of the files that the service offers, by extension."""
