import pytest
import torch

from splats.camera import intrinsics, orbit


def _camera_space(azimuth: float, elevation: float, point: tuple[float, float, float]) -> list[float]:
    viewmat = orbit([azimuth], [elevation], radius=2, width=64, height=64).viewmats[0]
    return [round(float(v), 5) for v in viewmat @ torch.tensor([*point, 1.0])][:3]


@pytest.mark.parametrize(
    ("azimuth", "elevation", "centre"), [(0, 0, (0, 0, 2)), (90, 0, (2, 0, 0)), (180, 0, (0, 0, -2))]
)
def test_azimuth_starts_at_front_and_grows_toward_x(azimuth: float, elevation: float, centre: tuple) -> None:
    assert _camera_space(azimuth, elevation, centre) == pytest.approx([0, 0, 0], abs=1e-5)


def test_positive_elevation_looks_from_above() -> None:
    assert _camera_space(0, 30, (0, 1, 3**0.5)) == pytest.approx([0, 0, 0], abs=1e-5)


def test_camera_looks_at_the_origin_with_y_down() -> None:
    assert _camera_space(37, 20, (0, 0, 0)) == pytest.approx([0, 0, 2], abs=1e-5)
    assert _camera_space(37, 20, (0, 0.1, 0))[1] < 0


def test_world_to_camera_is_a_rotation() -> None:
    for R in orbit([10, 200], [-60, 80], radius=1, width=8, height=8).viewmats[:, :3, :3]:
        torch.testing.assert_close(R @ R.T, torch.eye(3), atol=1e-6, rtol=0)
        assert float(torch.linalg.det(R)) == pytest.approx(1, abs=1e-6)


def test_intrinsics_of_the_reference_image() -> None:
    K = intrinsics(1080, 1080)
    assert float(K[0, 0]) == pytest.approx(1182.1869, abs=1e-3)
    assert K[0, 2] == 540


def test_intrinsics_of_an_odd_size_have_a_whole_principal_point() -> None:
    K = intrinsics(33, 21)
    assert (float(K[0, 2]), float(K[1, 2])) == (16, 10)


def test_no_cameras() -> None:
    assert len(orbit([], [], radius=1, width=8, height=8)) == 0


@pytest.mark.parametrize(
    ("azimuths", "elevations", "radius", "message"),
    [([0], [0, 1], 1, "1 azimuths but 2"), ([0], [0], 0, "radius"), ([0], [90], 1, "elevation")],
)
def test_impossible_orbits_are_refused(azimuths: list, elevations: list, radius: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        orbit(azimuths, elevations, radius=radius, width=8, height=8)
