from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from mocks.cheats import card, make_splats, noise
from splats.codecs import encode_ply, encode_spz
from splats.model import Splats
from splats.sh import BLACK
from validation.assets.prepare import decode_base64, prepare
from validation.assets.render_spec import RenderSpec
from validation.errors import RejectedError
from validation.schemas import MAX_BASE64_CHARS

SPEC = RenderSpec(32, 2)


def code_of(data: bytes) -> str:
    with pytest.raises(RejectedError) as caught:
        prepare(data, 0, SPEC)
    return caught.value.code


def test_an_honest_asset_is_prepared(honest: Splats) -> None:
    found = prepare(encode_spz(honest), 5, SPEC)
    assert found.views.shape == (16, 32, 32, 3)
    assert found.views.dtype == np.float32
    assert 0 <= found.views.min() < 0.3
    assert found.views.max() == 1
    assert set(found.measures) == {"coverage", "solidity", "sharpness", "steadiness"}
    assert set(found.seconds) == {"decode", "checks", "fingerprint", "render", "measures"}
    assert found.preview is None


def test_preparing_twice_gives_the_same_bits(honest: Splats) -> None:
    data = encode_spz(honest)
    first, second = prepare(data, 5, SPEC), prepare(data, 5, SPEC)
    assert first.views.tobytes() == second.views.tobytes()
    assert (first.measures, first.fingerprint) == (second.measures, second.fingerprint)


def test_the_seed_changes_the_drawn_views_only(honest: Splats) -> None:
    data = encode_spz(honest)
    first, second = prepare(data, 1, SPEC).views, prepare(data, 2, SPEC).views
    assert np.array_equal(first[:8], second[:8])
    assert not np.array_equal(first[8:], second[8:])


def test_size_and_place_of_the_asset_do_not_matter(honest: Splats) -> None:
    moved = replace(honest, means=honest.means * 4 + 10, scales=honest.scales * 4)
    first, second = prepare(encode_ply(honest), 1, SPEC).views, prepare(encode_ply(moved), 1, SPEC).views
    assert np.abs(first - second).mean() < 1e-3


def test_the_first_view_is_from_the_front(honest: Splats) -> None:
    front = prepare(encode_ply(honest), 0, SPEC).views[0]
    behind = prepare(encode_ply(honest), 0, SPEC).views[4]
    blue = [float((view[..., 2] - view[..., 0]).max()) for view in (front, behind)]
    assert blue[0] > 0.3
    assert blue[1] < 0.1


def test_delivered_colours_include_the_harmonics(honest: Splats) -> None:
    sh = torch.cat([honest.sh, torch.zeros(len(honest), 3, 3)], dim=1)
    sh[:, 1, :] = 0.8
    plain, lit = prepare(encode_ply(honest), 0, SPEC), prepare(encode_ply(replace(honest, sh=sh)), 0, SPEC)
    assert not np.array_equal(plain.views, lit.views)
    assert lit.measures["steadiness"] < plain.measures["steadiness"] == 1


def test_a_colour_below_0_is_seen_as_0(honest: Splats) -> None:
    dark = replace(honest, sh=honest.sh - 1)
    shown = replace(dark, sh=dark.sh.clamp(min=BLACK))
    assert float(dark.sh.min()) < float(shown.sh.min())
    assert np.array_equal(prepare(encode_ply(dark), 0, SPEC).views, prepare(encode_ply(shown), 0, SPEC).views)


@pytest.mark.parametrize("encode", [encode_ply, encode_spz])
def test_an_antialiased_asset_is_seen_with_compensation(honest: Splats, encode: Callable[[Splats], bytes]) -> None:
    small = replace(honest, scales=honest.scales * 0.3)
    classic = prepare(encode(small), 0, SPEC)
    antialiased = prepare(encode(replace(small, antialiased=True)), 0, SPEC)
    assert antialiased.measures["coverage"] < 0.9 * classic.measures["coverage"]
    assert antialiased.fingerprint == classic.fingerprint  # only the mark differs, so it is a copy


def test_the_preview_is_a_grid_of_all_views(honest: Splats) -> None:
    found = prepare(encode_spz(honest), 0, SPEC, preview=True)
    assert found.preview is not None
    assert Image.open(io.BytesIO(found.preview)).size == (4 * 64, 4 * 64)


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "unknown_format"), (b"hello", "unknown_format"), (b"ply\n", "truncated"), (b"\x1f\x8b\x08", "truncated")],
)
def test_files_that_hold_no_splats_have_the_decoders_code(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_a_card_is_refused_before_it_is_drawn() -> None:
    assert code_of(encode_ply(card(torch.rand(80, 80, 3), torch.ones(80, 80)))) == "flat"


def test_huge_splats_in_numbers_are_refused_before_they_are_drawn() -> None:
    big = make_splats(torch.rand(300_000, 3), torch.rand(300_000, 3), torch.full((300_000, 3), 0.3))
    with pytest.raises(RejectedError) as caught:
        prepare(encode_ply(big), 0, RenderSpec(112, 2))
    assert caught.value.code == "too_expensive"


def test_an_asset_that_shows_nothing_is_refused() -> None:
    faint = replace(noise(2_000), opacities=torch.full((2_000,), 0.052), scales=torch.full((2_000, 3), 0.0005))
    with pytest.raises(RejectedError) as caught:
        prepare(encode_ply(faint), 0, RenderSpec(112, 2))
    assert caught.value.code == "empty_views"


def test_base64_is_read_strictly() -> None:
    assert decode_base64(base64.b64encode(b"splat").decode()) == b"splat"
    for wrong in ("c3BsYXQ", "c3Bs YXQ=", "c3BsYXQ=\n", "c3Bs-_Q=", "====", "c3BsYXQ=c3Bs", "žž=="):
        with pytest.raises(RejectedError) as caught:
            decode_base64(wrong)
        assert caught.value.code == "bad_encoding"


def test_too_much_base64_is_refused_unread() -> None:
    with pytest.raises(RejectedError) as caught:
        decode_base64("A" * (MAX_BASE64_CHARS + 4))
    assert caught.value.code == "too_large"
