"""The splat and camera data models. Every convention of the project is defined here, once.

World: right-handed, y up, the object's front toward +z, the object centred at 0, its longest side 1.
Orbit: azimuth 0 looks from +z and grows toward +x; positive elevation is above.
Camera: OpenCV axes (x right, y down, z forward), world-to-camera matrices, pixel centres at index + 0.5.
Quaternions: wxyz, unit length, rotating local axes into the world.
Values are always activated (linear scales, opacities in [0, 1]); log and logit live only inside the file codecs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

SH_DEGREE_BY_COUNT = {1: 0, 4: 1, 9: 2, 16: 3}
"""Spherical-harmonics degree by number of coefficients K = (degree + 1)²."""

TENSORS = ("means", "quats", "scales", "opacities", "sh")
"""Names of the tensors of `Splats`, in order: what a splat has one row of."""

BOUNDS_MIN_OPACITY = 0.05
"""`bounds` ignores splats fainter than this, which are invisible."""

BOUNDS_TRIM = 0.001
"""Share of splats that `bounds` drops at each end of each axis, so that a far floater does not shrink the object."""


@dataclass(frozen=True, slots=True)
class Splats:
    """N Gaussian splats as float32 tensors on one device, in world coordinates, always activated.

    means [N, 3]      centres, world units
    quats [N, 4]      unit quaternions, wxyz
    scales [N, 3]     standard deviations along the local axes, world units, linear (> 0)
    opacities [N]     in [0, 1]
    sh [N, K, 3]      spherical-harmonics colour, K in 1, 4, 9, 16; colour = 0.5 + Σ basis · sh (3DGS convention)
    antialiased       the object was trained with the opacity compensation of Mip-Splatting, so renderers apply it
                      (gsplat's rasterize_mode "antialiased"; `splats.renderers.contract` has the formula)
    """

    means: Tensor
    quats: Tensor
    scales: Tensor
    opacities: Tensor
    sh: Tensor
    antialiased: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        n = self.means.shape[0] if self.means.ndim else -1
        wanted = {"means": (n, 3), "quats": (n, 4), "scales": (n, 3), "opacities": (n,)}
        for name, shape in wanted.items():
            _check(name, getattr(self, name), shape)
        if self.sh.ndim != 3 or self.sh.shape[0] != n or self.sh.shape[2] != 3:
            raise ValueError(f"sh must be [{n}, K, 3], not {list(self.sh.shape)}")
        if self.sh.shape[1] not in SH_DEGREE_BY_COUNT:
            raise ValueError(f"sh must have 1, 4, 9 or 16 coefficients, not {self.sh.shape[1]}")
        tensors = [getattr(self, name) for name in TENSORS]
        if any(t.dtype != torch.float32 for t in tensors):
            raise ValueError("splats must be float32")
        if len({t.device for t in tensors}) != 1:
            raise ValueError("splats must be on one device")

    def __len__(self) -> int:
        return int(self.means.shape[0])

    @property
    def sh_degree(self) -> int:
        """Degree of the spherical harmonics, 0 to 3."""
        return SH_DEGREE_BY_COUNT[self.sh.shape[1]]

    @property
    def device(self) -> torch.device:
        """Device of all five tensors."""
        return self.means.device

    def to(self, device: torch.device | str) -> Splats:
        """Return the same splats on `device`."""
        return replace(self, **{name: getattr(self, name).to(device) for name in TENSORS})

    def select(self, index: Tensor) -> Splats:
        """Return the splats selected by `index`: a boolean mask [N] or indices [M]."""
        return replace(self, **{name: getattr(self, name)[index] for name in TENSORS})


@dataclass(frozen=True, slots=True)
class Cameras:
    """C pinhole cameras of one image size.

    viewmats [C, 4, 4]  world-to-camera, OpenCV axes (x right, y down, z forward)
    Ks [C, 3, 3]        intrinsics in pixels, pixel centres at index + 0.5
    width, height       image size in pixels
    """

    viewmats: Tensor
    Ks: Tensor
    width: int
    height: int

    def __post_init__(self) -> None:
        c = self.viewmats.shape[0] if self.viewmats.ndim else -1
        _check("viewmats", self.viewmats, (c, 4, 4))
        _check("Ks", self.Ks, (c, 3, 3))
        if self.width < 1 or self.height < 1:
            raise ValueError(f"width and height must be at least 1, not {self.width}x{self.height}")

    def __len__(self) -> int:
        return int(self.viewmats.shape[0])

    def to(self, device: torch.device | str) -> Cameras:
        """Return the same cameras on `device`."""
        return Cameras(self.viewmats.to(device), self.Ks.to(device), self.width, self.height)


def bounds(splats: Splats) -> tuple[Tensor, Tensor]:
    """Return the lower and upper corner ([3], [3]) of the visible object.

    The box is axis-aligned and holds the means with opacity ≥ 0.05, without the 0.1 % of them at each end of each axis.
    Raises ValueError when no splat is opaque enough.
    """
    means = splats.means[splats.opacities >= BOUNDS_MIN_OPACITY]  # [M, 3]
    if means.shape[0] == 0:
        raise ValueError(f"no splat has an opacity of at least {BOUNDS_MIN_OPACITY}")
    drop = int(means.shape[0] * BOUNDS_TRIM)
    ordered = means.sort(dim=0).values  # [M, 3], each axis on its own
    return ordered[drop], ordered[-1 - drop]


def concatenate(first: Splats, second: Splats) -> Splats:
    """Return the splats of both, first those of `first`.

    Raises ValueError when only one of them is antialiased, because one object is rendered in one mode, and when the
    spherical harmonics differ in degree.
    """
    if first.antialiased != second.antialiased:
        raise ValueError("cannot join antialiased splats with others")
    if first.sh_degree != second.sh_degree:
        raise ValueError(f"cannot join splats of degrees {first.sh_degree} and {second.sh_degree}")
    joined: dict[str, Any] = {name: torch.cat([getattr(first, name), getattr(second, name)]) for name in TENSORS}
    return replace(first, **joined)


def normalise(splats: Splats) -> Splats:
    """Move the centre of the `bounds` box to 0 and scale its longest side to 1.

    Only means and scales change. Raises ValueError for an object without extent.
    """
    lower, upper = bounds(splats)
    side = (upper - lower).max()
    if not float(side) > 0:
        raise ValueError("the object has no extent")
    return replace(splats, means=(splats.means - (lower + upper) / 2) / side, scales=splats.scales / side)


def _check(name: str, tensor: Tensor, shape: tuple[int, ...]) -> None:
    if tuple(tensor.shape) != shape:
        raise ValueError(f"{name} must be {list(shape)}, not {list(tensor.shape)}")
