"""Pictures of a whole object, in memory: the turntable video, the contact sheet and the three-quarter view.

Every one normalises the object first and stands back far enough that nothing is cropped from any side, so splats of
any size and place will do. The same splats give the same bytes on the same machine. Knows nothing of files or HTTP.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Sequence

import av
import torch
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from PIL import Image
from torch import Tensor

from splats.camera import FOV_Y_DEG, orbit
from splats.model import BOUNDS_MIN_OPACITY, BOUNDS_TRIM, Splats, normalise
from splats.render import render, to_uint8

MIN_PX, MAX_PX = 64, 2048
"""Side of a video, in pixels; even, because yuv420p halves it."""
MARGIN = 1.02
"""Air round the object, as a factor of the distance at which its bounding sphere touches the frame."""
BATCH_PIXELS = 5_000_000
"""Pixels rendered at once: 16 bytes each as floats, so 80 MB."""
_ENCODER = {"preset": "veryfast", "crf": "23", "mbtree": "0", "threads": "2"}
"""x264 at a quality without visible loss; a fixed thread count, because it decides the bytes.

Its macroblock tree is off: with AVX-512 it gives other bytes at times, a few videos in a hundred, even with one thread.
Without it crf 23 is what crf 20 was with it: 43 dB, a fifth larger at 1088 px."""


def turntable_mp4(
    splats: Splats,
    *,
    size_px: int = 1088,
    seconds: float = 3.0,
    fps: int = 24,
    elevation_deg: float = 15.0,
    on_progress: Callable[[float], None] | None = None,
) -> bytes:
    """One turn of the object as H.264 in MP4 (yuv420p, BT.709, index before the pictures), which loops seamlessly.

    `on_progress` hears the finished share in (0, 1] after every batch of frames; what it raises ends the work.
    Raises ValueError for a size that is not even or outside 64 to 2048, no frames, or an object without extent.
    """
    if size_px % 2 or not MIN_PX <= size_px <= MAX_PX:
        raise ValueError(f"size_px must be even and between {MIN_PX} and {MAX_PX}, not {size_px}")
    count = round(seconds * fps)
    if count < 1:
        raise ValueError(f"{seconds} s at {fps} frames a second is no video")
    azimuths = [360 * i / count for i in range(count)]
    file = io.BytesIO()
    # The index (moov) goes to the front into room reserved for it, since a stream in memory cannot be rewritten;
    # it takes under 1 KiB and 16 bytes a frame.
    room = {"moov_size": str(4096 + 32 * count)}
    with av.open(file, "w", format="mp4", options=room) as container:
        stream = container.add_stream("libx264", rate=fps, options=_ENCODER)
        stream.width = stream.height = size_px
        stream.pix_fmt = "yuv420p"
        stream.codec_context.color_range = ColorRange.MPEG
        stream.codec_context.colorspace = Colorspace.ITU709
        stream.codec_context.color_primaries = ColorPrimaries.BT709
        stream.codec_context.color_trc = ColorTrc.BT709
        done = 0
        for pictures in _batches(splats, azimuths, [elevation_deg] * count, size_px):
            for picture in pictures:
                frame = av.VideoFrame.from_ndarray(picture.numpy(), format="rgb24")
                container.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)))
            done += len(pictures)
            if on_progress is not None:
                on_progress(done / count)
        container.mux(stream.encode())
    return file.getvalue()


def contact_sheet_png(
    splats: Splats,
    *,
    size_px: int = 256,
    columns: int = 4,
    azimuths_deg: Sequence[float] = (0, 45, 90, 135, 180, 225, 270, 315),
    elevation_deg: float = 15.0,
) -> bytes:
    """The object from each azimuth, `size_px` a view, row by row in `columns`, as one PNG."""
    count = len(azimuths_deg)
    rows = math.ceil(count / columns)
    sheet = torch.full((rows * columns, size_px, size_px, 3), 255, dtype=torch.uint8)
    done = 0
    for pictures in _batches(splats, azimuths_deg, [elevation_deg] * count, size_px):
        sheet[done : done + len(pictures)] = pictures
        done += len(pictures)
    grid = sheet.reshape(rows, columns, size_px, size_px, 3).transpose(1, 2)  # [rows, size, columns, size, 3]
    return _png(grid.reshape(rows * size_px, columns * size_px, 3))


def picture_png(splats: Splats, *, size_px: int = 512, azimuth_deg: float = 35.0, elevation_deg: float = 20.0) -> bytes:
    """The object from its front right, a little from above, as a PNG."""
    (pictures,) = _batches(splats, [azimuth_deg], [elevation_deg], size_px)
    return _png(pictures[0])


def framing_radius(splats: Splats) -> float:
    """Distance from the origin at which a camera of `FOV_Y_DEG` sees a normalised object whole from every side.

    That of the sphere round the visible splats (`splats.model.bounds` says which), three standard deviations included.
    """
    seen = splats.select(splats.opacities >= BOUNDS_MIN_OPACITY)
    reach = (seen.means.norm(dim=-1) + 3 * seen.scales.amax(dim=-1)).sort().values  # [M]
    sphere = float(reach[-1 - int(len(reach) * BOUNDS_TRIM)])
    return MARGIN * sphere / math.sin(math.radians(FOV_Y_DEG / 2))


def _batches(
    splats: Splats, azimuths_deg: Sequence[float], elevations_deg: Sequence[float], size_px: int
) -> Iterator[Tensor]:
    """The pictures [c, size, size, 3] uint8 on the CPU, a bounded number at a time, in order."""
    framed = normalise(splats)
    radius = framing_radius(framed)
    step = max(1, BATCH_PIXELS // size_px**2)
    for i in range(0, len(azimuths_deg), step):
        cameras = orbit(
            azimuths_deg[i : i + step], elevations_deg[i : i + step], radius=radius, width=size_px, height=size_px
        )
        with torch.no_grad():
            yield to_uint8(render(framed, cameras).images).cpu()


def _png(picture: Tensor) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture.numpy()).save(file, "PNG")
    return file.getvalue()
