import io
import struct
from collections.abc import Callable
from dataclasses import dataclass, replace

import av
import numpy as np
import pytest
import torch
from PIL import Image

from splats import sh
from splats.model import TENSORS, Splats, normalise
from splats.video import contact_sheet_png, framing_radius, image_png, turntable_mp4

MakeSplats = Callable[..., Splats]


def _box(size: tuple[float, float, float], rgb: tuple[float, float, float] = (0.9, 0.1, 0.1)) -> Splats:
    """The corners and faces of a box of splats, all of one colour."""
    steps = torch.linspace(-0.5, 0.5, 12)
    grid = torch.stack(torch.meshgrid(steps, steps, steps, indexing="ij"), dim=-1).reshape(-1, 3)
    means = grid[(grid.abs() == 0.5).any(dim=-1)] * torch.tensor(size)
    n = len(means)
    quats = torch.tensor([1.0, 0, 0, 0]).expand(n, 4)
    colour = sh.from_rgb(torch.tensor([rgb]).expand(n, 3))
    return Splats(means, quats, torch.full((n, 3), 0.05 * max(size)), torch.full((n,), 0.95), colour)


@dataclass(frozen=True)
class Film:
    """A decoded video: its frames as RGB, and the properties of its stream."""

    frames: list[np.ndarray]
    codec: tuple[str, str | None, int, int]
    fps: float
    seconds: float


def _film(video: bytes) -> Film:
    with av.open(io.BytesIO(video)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        return Film(
            [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)],
            (context.name, context.pix_fmt, context.width, context.height),
            float(stream.average_rate),
            float(stream.duration * stream.time_base),
        )


def _frames(video: bytes) -> list[np.ndarray]:
    return _film(video).frames


def _boxes(video: bytes) -> list[bytes]:
    """Names of the outermost MP4 boxes of the file, in order."""
    names, offset = [], 0
    while offset < len(video):
        size, name = struct.unpack(">I4s", video[offset : offset + 8])
        names.append(name)
        offset += size
    return names


def _image(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_turntable_is_h264_that_browsers_play(marked_object: Splats) -> None:
    video = turntable_mp4(marked_object, size_px=64, seconds=0.5, fps=12)
    film = _film(video)
    assert film.codec == ("h264", "yuv420p", 64, 64)
    assert (len(film.frames), film.fps) == (6, 12)
    assert film.seconds == pytest.approx(0.5)


def test_the_index_comes_before_the_frames(marked_object: Splats) -> None:
    boxes = _boxes(turntable_mp4(marked_object, size_px=64, seconds=1))
    assert boxes.index(b"moov") < boxes.index(b"mdat")


def test_the_index_of_a_long_video_fits_its_reserved_space(marked_object: Splats) -> None:
    video = turntable_mp4(marked_object, size_px=64, seconds=12, fps=30)
    assert len(_frames(video)) == 360


def test_colours_survive_the_encoder() -> None:
    frames = _frames(turntable_mp4(_box((1, 1, 1), (0.8, 0.2, 0.1)), size_px=128, seconds=0.2))
    assert frames[0][64, 64].tolist() == pytest.approx([204, 51, 26], abs=8)
    assert frames[0][2, 2].tolist() == pytest.approx([255, 255, 255], abs=3)


def test_the_turntable_starts_in_front_and_turns_toward_x(marked_object: Splats) -> None:
    frames = _frames(turntable_mp4(marked_object, size_px=64, seconds=1, fps=4, elevation_deg=0))
    front, side = frames[0].astype(int), frames[1].astype(int)
    nose = [(f[..., 2] - f[..., 0] - f[..., 1] // 2 > 60).nonzero()[1] for f in (front, side)]
    assert abs(nose[0].mean() - 32) < 6  # the blue nose is in the middle from the front
    assert nose[1].mean() < 24  # and on the left once the camera stands at +x


def test_the_same_splats_give_the_same_video(marked_object: Splats) -> None:
    assert len({turntable_mp4(marked_object, size_px=64, seconds=0.3) for _ in range(30)}) == 1


def test_progress_rises_to_one(marked_object: Splats) -> None:
    fractions: list[float] = []
    turntable_mp4(marked_object, size_px=1024, seconds=0.3, on_progress=fractions.append)
    assert fractions == sorted(fractions)
    assert len(fractions) > 1
    assert fractions[-1] == 1


def test_progress_may_end_the_work(marked_object: Splats) -> None:
    def stop(fraction: float) -> None:
        raise TimeoutError(fraction)

    with pytest.raises(TimeoutError):
        turntable_mp4(marked_object, size_px=64, seconds=0.2, on_progress=stop)


@pytest.mark.parametrize("size_px", [62, 65, 2050, 0, -64])
def test_sizes_that_cannot_be_encoded_are_refused(marked_object: Splats, size_px: int) -> None:
    with pytest.raises(ValueError, match="even and between 64 and 2048"):
        turntable_mp4(marked_object, size_px=size_px)


def test_no_frames_are_refused(marked_object: Splats) -> None:
    with pytest.raises(ValueError, match="has no frames"):
        turntable_mp4(marked_object, seconds=0)


@pytest.mark.parametrize("size", [(1, 1, 1), (1, 0.05, 1), (0.2, 1, 0.2), (1, 0.3, 0.4), (30, 90, 30)])
def test_the_object_fills_the_frame_and_is_never_cropped(size: tuple[float, float, float]) -> None:
    sheet = _image(contact_sheet_png(_box(size), size_px=96, columns=8))
    covered = (sheet < 250).any(axis=-1).reshape(96, 8, 96).transpose(1, 0, 2)  # [views, y, x]
    assert not covered[:, [0, -1], :].any()
    assert not covered[:, :, [0, -1]].any()
    rows, columns = covered.any(axis=(0, 2)).sum(), covered.any(axis=(0, 1)).sum()
    assert max(rows, columns) > 96 * 0.6


def test_framing_ignores_far_floaters() -> None:
    box = _box((1, 1, 1))
    means = torch.cat([box.means, box.means])
    floating = Splats(means, *(torch.cat([getattr(box, name)] * 2) for name in TENSORS[1:]))
    floating.means[0] = 40
    assert framing_radius(normalise(floating)) == pytest.approx(framing_radius(normalise(box)), rel=0.05)


def test_contact_sheet_lays_views_out_in_rows(marked_object: Splats) -> None:
    sheet = _image(contact_sheet_png(marked_object, size_px=64, columns=2, azimuths_deg=(0, 90, 180)))
    assert sheet.shape == (128, 128, 3)
    assert bool((sheet[64:, 64:] == 255).all())
    assert bool((sheet[64:, :64] < 200).any())


def test_image_png_has_the_requested_size(marked_object: Splats) -> None:
    image = _image(image_png(marked_object, size_px=77))
    assert image.shape == (77, 77, 3)
    assert (image < 200).any()


SHOWN = {
    "image": lambda splats: image_png(splats, size_px=64),
    "sheet": lambda splats: contact_sheet_png(splats, size_px=64),
    "video": lambda splats: turntable_mp4(splats, size_px=64, seconds=0.25, fps=8),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_a_colour_below_0_is_shown_as_0(kind: str, marked_object: Splats) -> None:
    dark = replace(marked_object, sh=marked_object.sh - 1.0)
    shown = dark.sh.clamp(min=sh.BLACK)
    assert not torch.equal(dark.sh, shown)
    assert SHOWN[kind](dark) == SHOWN[kind](replace(dark, sh=shown))


@pytest.mark.parametrize("kind", SHOWN)
def test_antialiased_splats_are_shown_with_compensation(kind: str, marked_object: Splats) -> None:
    assert SHOWN[kind](replace(marked_object, antialiased=True)) != SHOWN[kind](marked_object)


def test_antialiased_splats_cover_less(marked_object: Splats) -> None:
    classic = _image(image_png(marked_object, size_px=64))
    antialiased = _image(image_png(replace(marked_object, antialiased=True), size_px=64))
    assert float(antialiased.mean()) > float(classic.mean()) + 2  # more of the white background


def test_an_object_without_extent_is_refused(make_splats: MakeSplats) -> None:
    with pytest.raises(ValueError, match="extent"):
        image_png(replace(make_splats(3), means=torch.zeros(3, 3), opacities=torch.ones(3)))
