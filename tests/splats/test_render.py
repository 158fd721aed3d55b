"""The contract that every renderer must keep, and the CPU renderer against the oracle."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from splats import sh
from splats.camera import orbit
from splats.errors import RendererMissing
from splats.model import Cameras, Splats, concatenate
from splats.render import covered_pixels, render, renderer_name, to_uint8, warm_up
from splats.renderers.contract import Rendered

MakeSplats = Callable[..., Splats]
ON_CPU = pytest.mark.parametrize("renderer", ["cpu", "torch"])


def _one_splat(mean: tuple, scale: float = 0.05, opacity: float = 0.9, rgb: tuple = (0.8, 0.3, 0.1)) -> Splats:
    colour = sh.from_rgb(torch.tensor([rgb], dtype=torch.float32))
    quat = torch.tensor([[1.0, 0, 0, 0]])
    return Splats(
        torch.tensor([mean], dtype=torch.float32), quat, torch.full((1, 3), scale), torch.tensor([opacity]), colour
    )


def _odd_cameras() -> Cameras:
    cameras = orbit([0, 130, 250], [0, 40, -25], radius=1.7, width=97, height=61)
    Ks = cameras.Ks.clone()
    Ks[1, 0, 2], Ks[2, 1, 2] = 12.3, 77.0  # far from the middle, and outside the image
    return replace(cameras, Ks=Ks)


def _centred_camera(azimuth: float = 0) -> Cameras:
    """A camera 2 units away whose axis meets the centre of the pixel (32, 32)."""
    cameras = orbit([azimuth], [0], radius=2, width=65, height=65)
    Ks = cameras.Ks.clone()
    Ks[0, :2, 2] = 32.5
    return replace(cameras, Ks=Ks)


def assert_alike(ours: Rendered, oracle: Rendered) -> None:
    """Check equality except for pixels where rounding decides if a splat exceeds ALPHA_MIN or is the last drawn."""
    for actual, wanted in zip(ours, oracle, strict=True):
        difference = (actual - wanted).abs()
        assert float(difference.mean()) < 2e-6
        assert float((difference > 2e-5).float().mean()) < 1e-3
        assert float(difference.max()) < 2e-2


@ON_CPU
def test_shapes_and_types(renderer: str, make_splats: MakeSplats) -> None:
    images, alpha = render(make_splats(20), _odd_cameras(), renderer=renderer)
    assert images.shape == (3, 61, 97, 3)
    assert alpha.shape == (3, 61, 97, 1)
    assert images.dtype == alpha.dtype == torch.float32


@ON_CPU
def test_a_splat_lands_where_the_camera_projects_it(renderer: str) -> None:
    cameras = orbit([0], [0], radius=2, width=64, height=64)
    _, alpha = render(_one_splat((0.2, 0.3, 0.0), scale=0.01), cameras, renderer=renderer)
    row, column = divmod(int(alpha.argmax()), 64)
    focal = float(cameras.Ks[0, 0, 0])
    assert abs(column + 0.5 - (32 + focal * 0.2 / 2)) <= 0.5
    assert abs(row + 0.5 - (32 - focal * 0.3 / 2)) <= 0.5


@ON_CPU
def test_the_centre_of_a_splat_has_its_opacity_and_colour_over_the_background(renderer: str) -> None:
    splat, background = _one_splat((0, 0, 0), opacity=0.75), (0.2, 0.4, 0.6)
    images, alpha = render(splat, _centred_camera(), background, renderer=renderer)
    assert float(alpha[0, 32, 32, 0]) == pytest.approx(0.75, abs=1e-5)
    wanted = [0.75 * c + 0.25 * b for c, b in zip((0.8, 0.3, 0.1), background, strict=True)]
    assert images[0, 32, 32].tolist() == pytest.approx(wanted, abs=1e-5)


@ON_CPU
def test_a_nearer_splat_covers_a_farther_one(renderer: str) -> None:
    far, near = _one_splat((0, 0, -0.2), rgb=(0, 0, 1)), _one_splat((0, 0, 0.2), rgb=(1, 0, 0))
    both = concatenate(far, near)
    for azimuth, first in ((0, 0), (180, 2)):
        images, _ = render(both, orbit([azimuth], [0], radius=2, width=32, height=32), renderer=renderer)
        assert int(images[0, 16, 16].argmax()) == first


@ON_CPU
def test_colours_are_clamped_at_0_before_blending_and_never_at_1(renderer: str) -> None:
    splat = _one_splat((0, 0, 0), opacity=0.75, rgb=(3.0, -2.0, 0.5))
    images, _ = render(splat, _centred_camera(), (0.2, 0.4, 0.6), renderer=renderer)
    wanted = [0.75 * 3 + 0.25 * 0.2, 0.25 * 0.4, 0.75 * 0.5 + 0.25 * 0.6]
    assert images[0, 32, 32].tolist() == pytest.approx(wanted, abs=1e-5)


@ON_CPU
@pytest.mark.parametrize("colour", [-1e-3, -1.0, -200.0])
def test_a_veil_takes_no_light_away(renderer: str, colour: float) -> None:
    veil = _one_splat((0, 0, 0.2), opacity=0.01, rgb=(1.0, colour, colour))
    body = _one_splat((0, 0, 0), opacity=0.9, rgb=(1.0, 1.0, 1.0))
    images, _ = render(concatenate(body, veil), _centred_camera(), (0.0, 0.0, 0.0), renderer=renderer)
    wanted = [0.01 + 0.99 * 0.9, 0.99 * 0.9, 0.99 * 0.9]
    assert images[0, 32, 32].tolist() == pytest.approx(wanted, abs=1e-5)


@ON_CPU
@pytest.mark.parametrize(("azimuth", "shown"), [(0, 0.0), (180, 0.5 + 5 * sh.SH_C1)])
def test_a_colour_may_be_below_0_from_one_side_only(renderer: str, azimuth: float, shown: float) -> None:
    coefficients = torch.zeros(1, 4, 3)
    coefficients[:, 2] = 5.0  # along z; the camera in front looks along -z
    splat = replace(_one_splat((0, 0, 0), opacity=0.75), sh=coefficients)
    images, _ = render(splat, _centred_camera(azimuth), (0.0, 0.0, 0.0), renderer=renderer)
    assert images[0, 32, 32].tolist() == pytest.approx([0.75 * shown] * 3, abs=1e-5)


@ON_CPU
@pytest.mark.parametrize(
    ("sigma_px", "opacity"), [(0.2, 0.9), (0.5, 0.9), (0.5, 0.2), (1.0, 1.0), (4.0, 0.9), (30.0, 0.9)]
)
def test_an_antialiased_splat_covers_what_its_area_does(renderer: str, sigma_px: float, opacity: float) -> None:
    camera = _centred_camera()
    splat = _one_splat((0, 0, 0), scale=sigma_px * 2 / float(camera.Ks[0, 0, 0]), opacity=opacity)
    variance = sigma_px**2
    compensation = variance / (variance + 0.3)  # √(v² / (v + 0.3)²)
    _, classic = render(splat, camera, renderer=renderer)
    _, alpha = render(replace(splat, antialiased=True), camera, renderer=renderer)
    assert float(classic[0, 32, 32, 0]) == pytest.approx(min(opacity, 0.999), abs=1e-5)
    assert float(alpha[0, 32, 32, 0]) == pytest.approx(min(opacity * compensation, 0.999), abs=1e-5)
    beside = opacity * compensation * math.exp(-0.5 / (variance + 0.3))
    assert float(alpha[0, 32, 33, 0]) == pytest.approx(beside if beside >= 1 / 255 else 0, abs=1e-5)


@ON_CPU
def test_the_compensation_of_a_long_splat_is_that_of_its_two_axes(renderer: str) -> None:
    camera = _centred_camera()
    pixel = 2 / float(camera.Ks[0, 0, 0])  # world units at the splat
    splat = replace(_one_splat((0, 0, 0), opacity=0.9), scales=torch.tensor([[8.0, 0.5, 3.0]]) * pixel)
    _, alpha = render(replace(splat, antialiased=True), camera, renderer=renderer)
    compensation = (64.0 * 0.25 / ((64.0 + 0.3) * (0.25 + 0.3))) ** 0.5
    assert float(alpha[0, 32, 32, 0]) == pytest.approx(0.9 * compensation, abs=1e-5)


@ON_CPU
def test_an_antialiased_splat_too_small_to_show_is_dropped(renderer: str) -> None:
    camera = _centred_camera()
    pixel = 2 / float(camera.Ks[0, 0, 0])
    for sigma_px, shown in ((0.0, False), (1e-12, False), (0.034, False), (0.035, True)):  # 0.3 / 254 = 0.0344²
        splat = replace(_one_splat((0, 0, 0), scale=sigma_px * pixel, opacity=1.0), antialiased=True)
        _, alpha = render(splat, camera, renderer=renderer)
        assert bool((alpha > 0).any()) is shown


@ON_CPU
def test_a_splat_seen_edge_on_is_drawn_only_if_it_is_not_antialiased(renderer: str) -> None:
    flat = replace(_one_splat((0, 0, 0), opacity=0.9), scales=torch.tensor([[0.1, 1e-30, 0.1]]))
    for splat, shown in ((flat, True), (replace(flat, antialiased=True), False)):
        _, alpha = render(splat, _centred_camera(), renderer=renderer)
        assert bool((alpha > 0).any()) is shown


@ON_CPU
@pytest.mark.parametrize("mean", [(0, 0, 3.0), (0, 0, 1.995), (0, 0, -120.0), (40.0, 0, 0)])
def test_unseen_splats_leave_the_background(renderer: str, mean: tuple) -> None:
    images, alpha = render(_one_splat(mean), orbit([0], [0], radius=2, width=32, height=32), renderer=renderer)
    assert bool((images == 1).all())
    assert bool((alpha == 0).all())


@ON_CPU
@pytest.mark.parametrize("degree", [0, 3])
def test_without_splats_the_image_is_the_background(renderer: str, degree: int, make_splats: MakeSplats) -> None:
    images, alpha = render(make_splats(0, degree), _odd_cameras(), (0.1, 0.2, 0.3), renderer=renderer)
    torch.testing.assert_close(images, torch.tensor([0.1, 0.2, 0.3]).expand(images.shape))
    assert bool((alpha == 0).all())


@ON_CPU
def test_no_cameras_give_no_images(renderer: str, make_splats: MakeSplats) -> None:
    images, alpha = render(make_splats(3), orbit([], [], radius=1, width=9, height=5), renderer=renderer)
    assert (images.shape, alpha.shape) == ((0, 5, 9, 3), (0, 5, 9, 1))


@ON_CPU
def test_the_same_input_gives_the_same_bits(renderer: str, make_splats: MakeSplats) -> None:
    splats, cameras = make_splats(300, 1), _odd_cameras()
    first, again = (render(splats, cameras, renderer=renderer) for _ in range(2))
    assert torch.equal(first.images, again.images)
    assert torch.equal(first.alpha, again.alpha)


@ON_CPU
def test_unnormalised_quaternions_are_normalised(renderer: str, make_splats: MakeSplats) -> None:
    splats = make_splats(50)
    doubled = replace(splats, quats=splats.quats * 2)
    same = [render(s, _odd_cameras(), renderer=renderer) for s in (splats, doubled)]
    torch.testing.assert_close(same[0].images, same[1].images, atol=1e-4, rtol=0)


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
def test_cpu_agrees_with_the_oracle(degree: int, make_splats: MakeSplats) -> None:
    splats, cameras = make_splats(1500, degree, seed=degree), _odd_cameras()
    assert_alike(render(splats, cameras, renderer="cpu"), render(splats, cameras, renderer="torch"))


@pytest.mark.parametrize("factor", [1e-4, 30.0, 1000.0])
def test_cpu_agrees_on_tiny_and_huge_splats(factor: float, make_splats: MakeSplats) -> None:
    splats = make_splats(400, 1, seed=5)
    sized = replace(splats, scales=splats.scales * factor, opacities=splats.opacities * 0.2)
    assert_alike(render(sized, _odd_cameras(), renderer="cpu"), render(sized, _odd_cameras(), renderer="torch"))


def test_cpu_agrees_on_needles(make_splats: MakeSplats) -> None:
    splats = make_splats(400, seed=6)
    needles = replace(splats, scales=splats.scales * torch.tensor([100.0, 0.01, 0.01]))
    assert_alike(render(needles, _odd_cameras(), renderer="cpu"), render(needles, _odd_cameras(), renderer="torch"))


@pytest.mark.parametrize("degree", [0, 1, 2, 3])
@pytest.mark.parametrize("strength", [4.0, 100.0])
def test_cpu_agrees_on_colours_below_0(degree: int, strength: float, make_splats: MakeSplats) -> None:
    splats = make_splats(600, degree, seed=10 + degree)
    wild = replace(splats, sh=splats.sh * strength)
    ours, oracle = (render(wild, _odd_cameras(), renderer=renderer) for renderer in ("cpu", "torch"))
    assert float(ours.images.min()) >= 0
    ours, oracle = (Rendered(r.images / strength, r.alpha) for r in (ours, oracle))
    assert_alike(ours, oracle)


@pytest.mark.parametrize("factor", [1e-6, 0.03, 0.3, 1.0, 30.0])
@pytest.mark.parametrize("shape", [(1.0, 1.0, 1.0), (100.0, 0.01, 0.01), (3.0, 3.0, 1e-6)])
def test_cpu_agrees_on_antialiased_splats(factor: float, shape: tuple, make_splats: MakeSplats) -> None:
    splats = make_splats(400, 1, seed=11)
    scales = splats.scales * factor * torch.tensor(shape)
    sized = replace(splats, scales=scales, opacities=splats.opacities.sqrt(), antialiased=True)
    assert_alike(render(sized, _odd_cameras(), renderer="cpu"), render(sized, _odd_cameras(), renderer="torch"))


def test_cpu_agrees_on_antialiased_splats_far_away(make_splats: MakeSplats) -> None:
    far = replace(make_splats(800, 3, seed=12), antialiased=True)
    cameras = orbit([0, 130], [0, 40], radius=25, width=50, height=40)
    ours = render(far, cameras, renderer="cpu")
    assert_alike(ours, render(far, cameras, renderer="torch"))
    assert float(ours.alpha.max()) < float(render(replace(far, antialiased=False), cameras).alpha.max())


@ON_CPU
def test_an_antialiased_object_is_drawn_alike_at_any_distance(renderer: str, make_splats: MakeSplats) -> None:
    """The light of many splats thinner than a pixel does not grow as the image shrinks; classic ones grow."""
    splats = make_splats(500, seed=13)
    faint = replace(splats, opacities=splats.opacities * 0.1, scales=splats.scales * 0.2)
    light = {}
    for antialiased in (False, True):
        for size in (32, 256):
            camera = orbit([0], [0], radius=2, width=size, height=size)
            _, alpha = render(replace(faint, antialiased=antialiased), camera, renderer=renderer)
            light[antialiased, size] = float(alpha.mean())
    assert light[False, 32] > 3 * light[False, 256]
    assert light[True, 32] < 1.3 * light[True, 256]


def test_cpu_agrees_inside_the_object(make_splats: MakeSplats) -> None:
    splats, cameras = make_splats(800, 2, seed=7), orbit([20, 200], [0, 30], radius=0.2, width=75, height=50)
    assert_alike(render(splats, cameras, renderer="cpu"), render(splats, cameras, renderer="torch"))


def test_cpu_agrees_on_equal_depths_and_full_pixels(make_splats: MakeSplats) -> None:
    splats = make_splats(400, seed=8)
    flat = replace(
        splats,
        means=splats.means * torch.tensor([1.0, 1.0, 0.0]),
        scales=splats.scales * 4,
        opacities=torch.ones(400),
    )
    cameras = orbit([0], [0], radius=1.7, width=97, height=61)
    assert_alike(render(flat, cameras, renderer="cpu"), render(flat, cameras, renderer="torch"))


def test_auto_is_the_cpu_renderer_and_differentiable(make_splats: MakeSplats) -> None:
    splats, cameras = make_splats(30), _odd_cameras()
    assert torch.equal(render(splats, cameras).images, render(splats, cameras, renderer="cpu").images)
    splats.means.requires_grad_()
    render(splats, cameras).images.sum().backward()
    assert splats.means.grad is not None


def test_unknown_renderers_and_backgrounds_are_refused(make_splats: MakeSplats) -> None:
    with pytest.raises(ValueError, match="renderer must be one of auto, gsplat, cpu, torch"):
        render(make_splats(1), _odd_cameras(), renderer="fancy")
    with pytest.raises(ValueError, match="background must be"):
        render(make_splats(1), _odd_cameras(), (1, 1))


def test_to_uint8_clips_then_truncates() -> None:
    assert to_uint8(torch.tensor([-1.0, 0.0, 0.5, 0.99999, 1.0, 7.0])).tolist() == [0, 0, 127, 254, 255, 255]


def test_renderer_name_contains_the_build() -> None:
    assert renderer_name("cpu").startswith("cpu-numba-")
    assert warm_up("cpu") == renderer_name("cpu")


@pytest.mark.parametrize("factor", [0.01, 1.0, 20.0])
def test_covered_pixels_is_an_upper_estimate(factor: float, make_splats: MakeSplats) -> None:
    splats = make_splats(40, seed=9)
    splats = replace(splats, scales=splats.scales * factor)
    cameras = _odd_cameras()
    one_by_one = (render(splats.select(torch.tensor([i])), cameras, renderer="cpu").alpha for i in range(40))
    touched = sum(int((alpha > 0).sum()) for alpha in one_by_one)
    estimate = covered_pixels(splats, cameras)
    assert touched <= estimate <= 40 * 3 * 97 * 61
    assert factor != 1.0 or estimate < 20 * touched
    assert covered_pixels(replace(splats, antialiased=True), cameras) == estimate


def test_covered_pixels_is_zero_for_splats_that_are_not_drawn() -> None:
    cameras = orbit([0], [0], radius=2, width=32, height=32)
    assert covered_pixels(_one_splat((0, 0, 3.0)), cameras) == 0
    assert covered_pixels(_one_splat((0, 0, 0), opacity=0.001), cameras) == 0


def test_covered_pixels_of_huge_splats_is_bounded_by_the_image() -> None:
    cameras = orbit([0], [0], radius=2, width=32, height=32)
    assert covered_pixels(_one_splat((0, 0, 1.98), scale=1e30), cameras) == 32 * 32


def test_gsplat_is_refused_where_it_cannot_run(make_splats: MakeSplats) -> None:
    with pytest.raises((ValueError, RendererMissing), match=r"CUDA|gsplat"):
        render(make_splats(1), _odd_cameras(), renderer="gsplat")
