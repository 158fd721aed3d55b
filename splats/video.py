"""Images of a whole object, in memory: the turntable video, the contact sheet and the three-quarter view.

Each normalises the object first and frames it so that nothing is cropped from any side, so splats of any size and
position will do. The same splats give the same bytes on the same machine.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Sequence

import av
import torch
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from torch import Tensor

from splats.camera import FOV_Y_DEG, orbit
from splats.model import BOUNDS_MIN_OPACITY, BOUNDS_TRIM, Splats, normalise
from splats.png import encode_png
from splats.render import render, to_uint8

MIN_PX, MAX_PX = 64, 2048
"""Bounds of a video's side, in pixels. The side is even, because yuv420p halves it."""
MARGIN = 1.02
"""Space around the object: a factor of the distance at which its bounding sphere touches the frame."""
BATCH_PIXELS = 5_000_000
"""Pixels rendered at once: 16 bytes each as floats, so 80 MB."""
_ENCODER = {"preset": "veryfast", "crf": "23", "mbtree": "0", "threads": "2"}
"""x264 at a quality without visible loss; a fixed thread count, because it changes the bytes.

The macroblock tree is off: with AVX-512 it produces different bytes in a few videos of a hundred, even on one thread.
Without it crf 23 matches crf 20 with it: 43 dB, a fifth larger at 1088 px."""


def turntable_mp4(
    splats: Splats,
    *,
    size_px: int = 1088,
    seconds: float = 3.0,
    fps: int = 24,
    elevation_deg: float = 15.0,
    on_progress: Callable[[float], None] | None = None,
) -> bytes:
    """Encode one turn of the object as H.264 in MP4 (yuv420p, BT.709, index before the frames), which loops seamlessly.

    `on_progress` is called with the completed fraction in (0, 1] after every batch of frames; an exception it raises
    ends the work.
    Raises ValueError for a size that is not even or outside 64 to 2048, no frames, or an object without extent.
    """
    if size_px % 2 or not MIN_PX <= size_px <= MAX_PX:
        raise ValueError(f"size_px must be even and between {MIN_PX} and {MAX_PX}, not {size_px}")
    count = round(seconds * fps)
    if count < 1:
        raise ValueError(f"{seconds} s at {fps} frames a second has no frames")
    azimuths = [360 * i / count for i in range(count)]
    file = io.BytesIO()
    # The index (moov) goes into space reserved for it at the front, since a stream in memory cannot be rewritten;
    # it takes less than 1 KiB and 16 bytes a frame.
    options = {"moov_size": str(4096 + 32 * count)}
    with av.open(file, "w", format="mp4", options=options) as container:
        stream = container.add_stream("libx264", rate=fps, options=_ENCODER)
        stream.width = stream.height = size_px
        stream.pix_fmt = "yuv420p"
        stream.codec_context.color_range = ColorRange.MPEG
        stream.codec_context.colorspace = Colorspace.ITU709
        stream.codec_context.color_primaries = ColorPrimaries.BT709
        stream.codec_context.color_trc = ColorTrc.BT709
        done = 0
        for images in _batches(splats, azimuths, [elevation_deg] * count, size_px):
            for image in images:
                frame = av.VideoFrame.from_ndarray(image.numpy(), format="rgb24")
                container.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace=Colorspace.ITU709)))
            done += len(images)
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
    """Render the object from each azimuth, `size_px` a view, row by row in `columns`, as one PNG."""
    count = len(azimuths_deg)
    rows = math.ceil(count / columns)
    sheet = torch.full((rows * columns, size_px, size_px, 3), 255, dtype=torch.uint8)
    done = 0
    for images in _batches(splats, azimuths_deg, [elevation_deg] * count, size_px):
        sheet[done : done + len(images)] = images
        done += len(images)
    grid = sheet.reshape(rows, columns, size_px, size_px, 3).transpose(1, 2)  # [rows, size, columns, size, 3]
    return encode_png(grid.reshape(rows * size_px, columns * size_px, 3))


def image_png(splats: Splats, *, size_px: int = 512, azimuth_deg: float = 35.0, elevation_deg: float = 20.0) -> bytes:
    """Render the object from its front right, a little from above, as a PNG."""
    (images,) = _batches(splats, [azimuth_deg], [elevation_deg], size_px)
    return encode_png(images[0])


def framing_radius(splats: Splats) -> float:
    """Return the distance from the origin at which a camera of `FOV_Y_DEG` sees a whole normalised object.

    It frames the sphere around the splats that `splats.model.bounds` counts, up to three standard deviations each.
    """
    visible = splats.select(splats.opacities >= BOUNDS_MIN_OPACITY)
    reach = (visible.means.norm(dim=-1) + 3 * visible.scales.amax(dim=-1)).sort().values  # [M]
    sphere = float(reach[-1 - int(len(reach) * BOUNDS_TRIM)])
    return MARGIN * sphere / math.sin(math.radians(FOV_Y_DEG / 2))


def _batches(
    splats: Splats, azimuths_deg: Sequence[float], elevations_deg: Sequence[float], size_px: int
) -> Iterator[Tensor]:
    """Yield the images [c, size, size, 3] uint8 on the CPU, a bounded number at a time, in order."""
    framed = normalise(splats)
    radius = framing_radius(framed)
    step = max(1, BATCH_PIXELS // size_px**2)
    for i in range(0, len(azimuths_deg), step):
        cameras = orbit(
            azimuths_deg[i : i + step], elevations_deg[i : i + step], radius=radius, width=size_px, height=size_px
        )
        with torch.no_grad():
            yield to_uint8(render(framed, cameras).images).cpu()
