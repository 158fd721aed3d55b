from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import pytest
import torch

from splats.model import TENSORS, Cameras, Splats, bounds, concatenate, normalise
from splats.turn import half_turn_x, rotate_about_y


def test_length_degree_and_device(make_splats: Callable[..., Splats]) -> None:
    splats = make_splats(7, 2)
    assert (len(splats), splats.sh_degree, splats.device.type) == (7, 2, "cpu")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("means", (7, 2)),
        ("quats", (7, 3)),
        ("scales", (6, 3)),
        ("opacities", (7, 1)),
        ("sh", (7, 2, 3)),
        ("sh", (7, 4, 4)),
    ],
)
def test_wrong_shapes_are_named(make_splats: Callable[..., Splats], name: str, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=f"^{name} must"):
        replace(make_splats(7), **{name: torch.zeros(shape)})


def test_only_float32(make_splats: Callable[..., Splats]) -> None:
    with pytest.raises(ValueError, match="float32"):
        replace(make_splats(7), means=torch.zeros(7, 3, dtype=torch.float64))


def test_only_one_device(make_splats: Callable[..., Splats]) -> None:
    with pytest.raises(ValueError, match="one device"):
        replace(make_splats(7), means=torch.zeros(7, 3, device="meta"))


def test_splats_are_frozen(make_splats: Callable[..., Splats]) -> None:
    with pytest.raises(FrozenInstanceError):
        make_splats(1).means = torch.zeros(1, 3)  # type: ignore[misc]


def test_select_by_mask_and_by_index(make_splats: Callable[..., Splats]) -> None:
    splats = make_splats(5, 1)
    by_mask = splats.select(torch.tensor([True, False, False, True, False]))
    by_index = splats.select(torch.tensor([0, 3]))
    assert torch.equal(by_mask.sh, by_index.sh)
    assert len(by_mask) == 2


def test_bounds_ignore_faint_splats_and_far_floaters(make_splats: Callable[..., Splats]) -> None:
    splats = make_splats(3000)
    splats.opacities[:] = 0.5
    splats.means[0] = torch.tensor([50.0, 0.0, 0.0])
    splats.means[1], splats.opacities[1] = torch.tensor([0.0, -70.0, 0.0]), 0.04
    lower, upper = bounds(splats)
    assert float(lower.min()) > -0.51
    assert float(upper.max()) < 0.51


def test_bounds_of_a_transparent_object_are_refused(make_splats: Callable[..., Splats]) -> None:
    with pytest.raises(ValueError, match="opacity"):
        bounds(replace(make_splats(3), opacities=torch.full((3,), 0.01)))


def test_normalise_centres_and_scales_to_one(make_splats: Callable[..., Splats]) -> None:
    splats = make_splats(200)
    moved = replace(splats, means=splats.means * 40 + torch.tensor([5.0, -3.0, 9.0]), scales=splats.scales * 40)
    result = normalise(moved)
    lower, upper = bounds(result)
    torch.testing.assert_close(lower + upper, torch.zeros(3), atol=1e-5, rtol=0)
    assert float((upper - lower).max()) == pytest.approx(1, abs=1e-5)
    torch.testing.assert_close(result.scales, normalise(splats).scales, rtol=1e-4, atol=0)
    assert result.opacities is moved.opacities


def test_an_object_without_extent_is_refused(make_splats: Callable[..., Splats]) -> None:
    with pytest.raises(ValueError, match="extent"):
        normalise(replace(make_splats(3), means=torch.ones(3, 3), opacities=torch.ones(3)))


def test_cameras_check_shapes_and_size() -> None:
    with pytest.raises(ValueError, match=r"^Ks must"):
        Cameras(torch.eye(4)[None], torch.eye(3), 8, 8)
    with pytest.raises(ValueError, match="at least 1"):
        Cameras(torch.eye(4)[None], torch.eye(3)[None], 0, 8)


def test_splats_are_not_antialiased_unless_marked(make_splats: Callable[..., Splats]) -> None:
    assert make_splats(1).antialiased is False


def test_every_operation_keeps_the_antialiased_mark(make_splats: Callable[..., Splats]) -> None:
    marked = replace(make_splats(6), antialiased=True, opacities=torch.ones(6))
    kept = [
        marked.to("cpu"),
        marked.to("meta"),
        marked.select(torch.tensor([0, 2])),
        concatenate(marked, marked),
        normalise(marked),
        half_turn_x(marked),
        rotate_about_y(marked, 30),
    ]
    assert all(splats.antialiased for splats in kept)


def test_concatenate_keeps_the_order(make_splats: Callable[..., Splats]) -> None:
    first, second = make_splats(3, 1, 0), make_splats(2, 1, 1)
    both = concatenate(first, second)
    assert len(both) == 5
    for name in TENSORS:
        assert torch.equal(getattr(both, name), torch.cat([getattr(first, name), getattr(second, name)]))


def test_antialiased_splats_do_not_mix_with_others(make_splats: Callable[..., Splats]) -> None:
    with pytest.raises(ValueError, match="antialiased splats with others"):
        concatenate(make_splats(2), replace(make_splats(2), antialiased=True))


def test_degrees_do_not_mix(make_splats: Callable[..., Splats]) -> None:
    with pytest.raises(ValueError, match="degrees 0 and 2"):
        concatenate(make_splats(2), make_splats(2, 2))
