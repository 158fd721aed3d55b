"""Choose the colour and finish of every part, from what the prompt says and the seed draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from procedural.builder import ACCENT, MAIN, Part
from procedural.language.request import Item, Look
from procedural.language.vocabulary import Entry, Material, Rgb, Vocabulary

PLAIN = "plain"
SOFT = frozenset({"cloth", "leather", "fur", "matte"})
"""Finishes of accent parts that keep their own when the whole has a hard material: the cushion of a wooden chair."""

TOO_NEAR = 0.3
"""Distance of two colours (RGB, 0 to 1.7) below which one is never drawn as the accent of the other."""


@dataclass(frozen=True, slots=True)
class Appearance:
    """Colour and finish of a part. Patterns are drawn on those with `main`."""

    rgb: Rgb
    finish: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class _Whole:
    """The two looks of an object: colour and finish (None: each part keeps its own finish)."""

    main: Rgb
    accent: Rgb
    finish: str | None
    accent_finish: str | None


def assign_materials(
    parts: Sequence[Part], item: Item, vocabulary: Vocabulary, rng: np.random.Generator
) -> tuple[list[Appearance], Rgb]:
    """Return the appearance of each part, and the colour that patterns are drawn with."""
    entry = vocabulary.entries[item.name]
    whole = _draw_looks(item, entry, vocabulary, rng)
    chosen = [_appearance(part, item, entry, whole, vocabulary) for part in parts]
    shaded = [Appearance(_shaded(c.rgb, p.shade), c.finish, c.main) for c, p in zip(chosen, parts, strict=True)]
    return shaded, whole.accent


def _appearance(part: Part, item: Item, entry: Entry, whole: _Whole, vocabulary: Vocabulary) -> Appearance:
    material = vocabulary.materials[part.material] if part.material else None
    own = material.finish if material else PLAIN
    asked = item.parts.get(part.name)
    if asked is not None:
        return _requested(asked, Appearance(_role_colour(part, whole, vocabulary), own), vocabulary)
    if part.colour == MAIN:
        usual = vocabulary.materials[entry.material].finish if entry.material and not material else own
        return Appearance(whole.main, whole.finish or usual, main=True)
    if part.colour == ACCENT:
        return Appearance(whole.accent, own if own in SOFT else whole.accent_finish or own)
    return Appearance(vocabulary.colours[part.colour], own)


def _role_colour(part: Part, whole: _Whole, vocabulary: Vocabulary) -> Rgb:
    if part.colour == MAIN:
        return whole.main
    return whole.accent if part.colour == ACCENT else vocabulary.colours[part.colour]


def _requested(look: Look, base: Appearance, vocabulary: Vocabulary) -> Appearance:
    """Return `base` changed to what the prompt says about the part."""
    material = vocabulary.materials[look.material] if look.material else None
    rgb = material.colours[0] if material and material.colours else base.rgb
    if look.colour:
        rgb = vocabulary.colours[look.colour]
    return Appearance(rgb, material.finish if material else base.finish)


def _draw_looks(item: Item, entry: Entry, vocabulary: Vocabulary, rng: np.random.Generator) -> _Whole:
    first = item.looks[0] if item.looks else Look()
    second = item.looks[1] if len(item.looks) > 1 else Look()
    material = vocabulary.materials[first.material] if first.material else None
    usual = vocabulary.materials[entry.material] if entry.material else None
    own = [vocabulary.colours[c] for c in entry.colours]
    main = _draw_colour(first, material, own or list(usual.colours if usual else ()), vocabulary, rng)
    main = _jitter(main, rng, 0.08 if first.colour is None else 0.03)
    other = vocabulary.materials[second.material] if second.material else None
    accents = [vocabulary.colours[c] for c in entry.accents] or [(0.94, 0.93, 0.9), (0.2, 0.2, 0.22)]
    far = [a for a in accents if float(np.linalg.norm(np.subtract(a, main))) > TOO_NEAR]
    if second == Look() and material is not None and material.colours:
        accent = _shaded(main, 0.72)  # one material throughout: the details are a darker tone of it
    else:
        accent = _draw_colour(second, other, far or [_contrast(main)], vocabulary, rng)
    finish = material.finish if material else None
    return _Whole(main, accent, finish, other.finish if other else finish)


def _draw_colour(
    look: Look, material: Material | None, own: Sequence[Rgb], vocabulary: Vocabulary, rng: np.random.Generator
) -> Rgb:
    if look.colour:
        return vocabulary.colours[look.colour]
    options = material.colours if material and material.colours else own
    return options[int(rng.integers(len(options)))]


def _contrast(rgb: Rgb) -> Rgb:
    return (0.93, 0.92, 0.88) if sum(rgb) < 1.7 else (0.22, 0.23, 0.27)


def _jitter(rgb: Rgb, rng: np.random.Generator, by: float) -> Rgb:
    """Draw a slightly lighter or darker, warmer or cooler tone."""
    light, warm = rng.uniform(-by, by), rng.uniform(-by, by) / 3
    red, green, blue = (c * (1 + light) for c in rgb)
    return _clip(red + warm), _clip(green), _clip(blue - warm)


def _shaded(rgb: Rgb, factor: float) -> Rgb:
    """Darken the colour for a factor below 1, lighten it towards white above 1."""
    if factor <= 1:
        return rgb[0] * factor, rgb[1] * factor, rgb[2] * factor
    lift = 1 - 1 / factor
    return rgb[0] + (1 - rgb[0]) * lift, rgb[1] + (1 - rgb[1]) * lift, rgb[2] + (1 - rgb[2]) * lift


def _clip(value: float) -> float:
    return float(min(max(value, 0.0), 1.0))
