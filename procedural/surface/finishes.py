"""Bake light and finish into one colour per sample.

The light is fixed in the world (y up, front +z): a warm key light from the upper front, a weak fill from behind, sky
above, ground below. Highlights are baked as seen along the normal, since a splat has one colour from all sides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from procedural.geometry.shapes import Floats

KEY = np.array([0.42, 0.74, 0.52])  # unit
FILL = np.array([-0.58, 0.3, -0.76])  # unit
SKY, GROUND = 0.80, 0.50
"""Ambient light from straight above and straight below. With KEY and FILL, the mean over a sphere is about 0.85."""
KEY_STRENGTH, FILL_STRENGTH = 0.47, 0.2
OPAQUE = 0.98
KNEE = 0.92
"""Light above this is compressed to less than half."""


@dataclass(frozen=True, slots=True)
class Surface:
    """M samples of one finish: points [M, 3] in the finished object's units (longest side 1), unit normals [M, 3],
    colours [M, 3], ambient occlusion [M] (0 free to 1), a random number each [M], and the
    direction of the longest side of the part [M, 3]."""

    points: Floats
    normals: Floats
    rgb: Floats
    occlusion: Floats
    dice: Floats
    grain: Floats


Shaded = tuple[Floats, float]
"""Colours [M, 3], not clipped, and one opacity."""


def shade(finish: str, surface: Surface) -> Shaded:
    """Bake the colours of a surface. Raises KeyError for an unknown finish."""
    return FINISHES[finish](surface)


def _light(s: Surface) -> Floats:
    """Return the diffuse light [M, 1]."""
    up = 0.5 + 0.5 * s.normals[:, 1]
    ambient = GROUND + (SKY - GROUND) * up
    key = np.clip(_dot(s.normals, KEY), 0, 1)
    fill = np.clip(_dot(s.normals, FILL), 0, 1)
    lit = ambient * (1 - 0.7 * s.occlusion) + (KEY_STRENGTH * key + FILL_STRENGTH * fill) * (1 - 0.45 * s.occlusion)
    bright = np.clip(lit - KNEE, 0, None)  # compressed, so that white objects are still shaded where they are brightest
    return np.asarray((lit - 0.55 * bright)[:, None])


def _highlight(s: Surface, power: float) -> Floats:
    """Return the highlight of the key light, and a weak one of the fill [M, 1]."""
    key = np.clip(_dot(s.normals, KEY), 0, 1) ** power
    fill = np.clip(_dot(s.normals, FILL), 0, 1) ** power
    return np.asarray(((key + 0.35 * fill) * (1 - s.occlusion))[:, None])


def _dot(vectors: Floats, direction: Floats) -> Floats:
    return np.asarray((vectors * direction).sum(axis=-1))


def ripple(points: Floats, frequency: float, octaves: int = 3) -> Floats:
    """Return smooth noise [M], about -1 to 1, at points [M, 3]: a sum of plane waves in fixed directions."""
    waves = np.random.default_rng(7)  # fixed: the offset of the points varies the pattern with the object's seed
    total = np.zeros(len(points))
    strength, norm = 1.0, 0.0
    for _ in range(octaves):
        for _ in range(4):
            direction = waves.normal(size=3)
            direction *= frequency / np.linalg.norm(direction)
            total += strength * np.cos(_dot(points, direction) + waves.uniform(0, 2 * np.pi))
        norm += 4 * strength**2
        strength *= 0.6
        frequency *= 2.03
    return np.asarray(total / np.sqrt(norm))


def _plain(s: Surface) -> Shaded:
    rgb = s.rgb * _light(s) * (1 + 0.02 * (s.dice[:, None] - 0.5))
    return rgb + 0.07 * _highlight(s, 14), OPAQUE


def _matte(s: Surface) -> Shaded:
    return s.rgb * _light(s) * (1 + 0.05 * (s.dice[:, None] - 0.5)), OPAQUE


def _glossy(s: Surface) -> Shaded:
    return s.rgb * _light(s) + 0.42 * _highlight(s, 36) + 0.07 * _highlight(s, 8), OPAQUE


def _metal(s: Surface) -> Shaded:
    """Reflect a simple studio (bright sky, dark horizon, warm floor), tinted by the metal."""
    bend = s.normals[:, 1] + 0.07 * ripple(s.points, 9, 1) + 0.1 * s.normals[:, 0]
    stops = [-1.0, -0.55, -0.16, 0.04, 0.34, 0.62, 1.0]
    bright = np.interp(bend, stops, [0.5, 0.82, 0.5, 0.62, 1.02, 0.86, 1.14])
    lit = (bright * (1 - 0.6 * s.occlusion))[:, None]
    return s.rgb * lit * 0.98 + 0.45 * _highlight(s, 26), OPAQUE


def _wood(s: Surface) -> Shaded:
    """Draw streaks along the grain and rings across it; they are fainter under white paint."""
    along = (s.points * s.grain).sum(axis=-1, keepdims=True) * s.grain
    squeezed = (s.points - along) + 0.09 * along
    streak = ripple(squeezed, 55, 2)
    ring = np.sin(60 * np.linalg.norm(s.points - along, axis=-1) + 2.5 * ripple(squeezed, 9, 1))
    painted = np.clip((s.rgb.min(axis=-1) - 0.6) / 0.3, 0, 1)  # 0 for every wood, 1 for white
    tone = 1 + (0.13 * streak + 0.1 * ring) * (1 - 0.7 * painted)
    return s.rgb * tone[:, None] * _light(s) + 0.05 * _highlight(s, 16), OPAQUE


def _stone(s: Surface) -> Shaded:
    tone = 1 + 0.13 * ripple(s.points, 22, 3) + 0.16 * (s.dice - 0.5)
    return s.rgb * tone[:, None] * _light(s), OPAQUE


def _marble(s: Surface) -> Shaded:
    vein = np.exp(-7 * np.abs(ripple(s.points, 7, 3)))
    return s.rgb * (1 - 0.42 * vein[:, None]) * _light(s) + 0.2 * _highlight(s, 26), OPAQUE


def _glass(s: Surface) -> Shaded:
    rim = (1 - np.abs(s.normals[:, 1]))[:, None]
    return (0.75 * s.rgb + 0.25) * (0.8 + 0.22 * _light(s) - 0.1 * rim) + 0.55 * _highlight(s, 18), 0.2


def _crystal(s: Surface) -> Shaded:
    """Make each facet flash differently: brightness is a fast-changing function of the normal."""
    flash = np.sin(_dot(s.normals, np.array([9.1, 13.7, 7.3])) + 11 * s.normals[:, 1] * s.normals[:, 2])
    bright = 0.86 + 0.3 * flash + 0.12 * s.normals[:, 1]
    sparkle = np.clip(flash - 0.72, 0, 1)[:, None]
    return s.rgb * bright[:, None] + 1.6 * sparkle + 0.45 * _highlight(s, 22), 0.93


def _leather(s: Surface) -> Shaded:
    tone = 1 + 0.07 * ripple(s.points, 90, 2)
    return s.rgb * tone[:, None] * _light(s) + 0.11 * _highlight(s, 10), OPAQUE


def _cloth(s: Surface) -> Shaded:
    weave = np.sin(230 * s.points[:, 0]) * np.sin(230 * s.points[:, 1] + 1) * np.sin(230 * s.points[:, 2] + 2)
    tone = 1 + 0.07 * weave + 0.06 * (s.dice - 0.5)
    return s.rgb * tone[:, None] * _light(s), OPAQUE


def _fur(s: Surface) -> Shaded:
    strand = ripple(s.points * np.array([1.0, 0.35, 1.0]), 75, 2)
    tone = 1 + 0.07 * strand + 0.1 * (s.dice - 0.5)
    return s.rgb * tone[:, None] * _light(s), OPAQUE


def _leaf(s: Surface) -> Shaded:
    tone = 1 + 0.13 * ripple(s.points, 16, 2) + 0.12 * (s.dice - 0.5)
    warm = 0.05 * ripple(s.points + 5, 9, 1)[:, None] * np.array([1.0, 0.3, -0.4])
    return (s.rgb * tone[:, None] + warm) * _light(s), OPAQUE


def _glow(s: Surface) -> Shaded:
    facing = np.clip(_dot(s.normals, KEY), 0, 1)[:, None]
    return s.rgb * (0.98 + 0.1 * facing) + 0.12 * facing, OPAQUE


FINISHES: dict[str, Callable[[Surface], Shaded]] = {
    "plain": _plain,
    "matte": _matte,
    "glossy": _glossy,
    "metal": _metal,
    "wood": _wood,
    "stone": _stone,
    "marble": _marble,
    "glass": _glass,
    "crystal": _crystal,
    "leather": _leather,
    "cloth": _cloth,
    "fur": _fur,
    "leaf": _leaf,
    "glow": _glow,
}
"""Shading function by finish."""
