"""Background removal: masks, the colour key, centring."""

from __future__ import annotations

import torch

from generation.networks import matting


def disc(colour: tuple[float, float, float], centre: tuple[int, int], radius: int) -> torch.Tensor:
    """A disc [1, 3, 64, 64] on grey."""
    rows, columns = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    inside = (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 < radius**2
    return torch.where(inside, torch.tensor(colour)[:, None, None], torch.full((3, 64, 64), 0.5))[None]


def test_the_network_s_masks_use_the_full_range() -> None:
    torch.manual_seed(0)
    masks = matting.object_masks(matting.Matting(matting.SIZES["u2net-tiny"]), disc((1, 0, 0), (20, 20), 9))
    assert masks.shape == (1, 1, 64, 64)
    assert 0 <= float(masks.min()) < 0.1
    assert 0.9 < float(masks.max()) <= 1


def test_the_colour_key_finds_the_object() -> None:
    mask = matting.colour_key(disc((1, 0, 0), (20, 20), 9))[0, 0]
    assert float(mask.sum()) == float((disc((1, 0, 0), (20, 20), 9)[0, 0] == 1).sum())
    assert float(matting.colour_key(torch.full((1, 3, 8, 8), 0.3)).sum()) == 0


def test_the_object_is_centred_and_fills_four_fifths() -> None:
    image = disc((1, 0, 0), (20, 30), 9)
    centred = matting.centred_on_white(image, matting.colour_key(image))[0]
    red = (centred[0] > 0.9) & (centred[1] < 0.1)
    rows, columns = red.nonzero(as_tuple=True)
    assert abs(float(rows.float().mean()) - 31.5) < 1
    assert abs(float(columns.float().mean()) - 31.5) < 1
    assert abs(int(rows.max() - rows.min()) + 1 - 51) <= 2
    assert torch.equal(centred[:, 0, 0], torch.ones(3))


def test_the_old_background_leaves_no_fringe() -> None:
    image = disc((1, 1, 1), (32, 32), 20)
    centred = matting.centred_on_white(image, matting.colour_key(image))
    assert float(centred.min()) > 0.99


def test_an_image_without_an_object_becomes_white() -> None:
    blank = torch.full((2, 3, 16, 16), 0.3)
    assert float(matting.centred_on_white(blank, matting.colour_key(blank)).min()) == 1
