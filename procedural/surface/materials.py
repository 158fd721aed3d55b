"""From the words of an item to the colour and finish of every part. Knows the vocabulary, not light or splats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from procedural.builder import ACCENT, MAIN, Part
from procedural.language.request import Item, Look
from procedural.language.vocabulary import Entry, Material, Rgb, Vocabulary

PLAIN = "plain"
SOFT = frozenset({"cloth", "leather", "fur", "matte"})
"""Finishes of accent parts that a hard material of the whole leaves alone: the cushion of a wooden chair."""

TOO_NEAR = 0.3
"""Distance of two colours (RGB, 0 to 1.7) below which the seed does not pick one as the other's accent."""


@dataclass(frozen=True, slots=True)
class Coat:
    """What a part is painted with. `main` says whether patterns go on it."""

    rgb: Rgb
    finish: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class _Whole:
    """The two looks of an object: colour, finish (None where each part keeps its own)."""

    main: Rgb
    accent: Rgb
    finish: str | None
    accent_finish: str | None


def coats(parts: Sequence[Part], item: Item, vocabulary: Vocabulary, rng: np.random.Generator) -> list[Coat]:
    """The coat of each part, as the prompt asks and the seed picks."""
    entry = vocabulary.entries[item.name]
    whole = _whole(item, entry, vocabulary, rng)
    painted = [_coat(part, item, entry, whole, vocabulary) for part in parts]
    return [Coat(_shaded(c.rgb, p.shade), c.finish, c.main) for c, p in zip(painted, parts, strict=True)]


def second_colour(item: Item, vocabulary: Vocabulary, rng: np.random.Generator) -> Rgb:
    """The colour that patterns are drawn with."""
    return _whole(item, vocabulary.entries[item.name], vocabulary, rng).accent


def _coat(part: Part, item: Item, entry: Entry, whole: _Whole, vocabulary: Vocabulary) -> Coat:
    material = vocabulary.materials[part.material] if part.material else None
    own = material.finish if material else PLAIN
    asked = item.parts.get(part.name)
    if asked is not None:
        base = Coat(*_role(part, whole, vocabulary), own)
        return _asked(asked, base, vocabulary)
    if part.colour == MAIN:
        usual = vocabulary.materials[entry.material].finish if entry.material and not material else own
        return Coat(whole.main, whole.finish or usual, main=True)
    if part.colour == ACCENT:
        return Coat(whole.accent, own if own in SOFT else whole.accent_finish or own)
    return Coat(vocabulary.colours[part.colour], own)


def _role(part: Part, whole: _Whole, vocabulary: Vocabulary) -> tuple[Rgb]:
    if part.colour == MAIN:
        return (whole.main,)
    return (whole.accent if part.colour == ACCENT else vocabulary.colours[part.colour],)


def _asked(look: Look, base: Coat, vocabulary: Vocabulary) -> Coat:
    """`base` with what the prompt says about the part."""
    material = vocabulary.materials[look.material] if look.material else None
    rgb = material.colours[0] if material and material.colours else base.rgb
    if look.colour:
        rgb = vocabulary.colours[look.colour]
    return Coat(rgb, material.finish if material else base.finish)


def _whole(item: Item, entry: Entry, vocabulary: Vocabulary, rng: np.random.Generator) -> _Whole:
    first = item.looks[0] if item.looks else Look()
    second = item.looks[1] if len(item.looks) > 1 else Look()
    material = vocabulary.materials[first.material] if first.material else None
    usual = vocabulary.materials[entry.material] if entry.material else None
    own = [vocabulary.colours[c] for c in entry.colours]
    main = _pick(first, material, own or list(usual.colours if usual else ()), vocabulary, rng)
    main = _jitter(main, rng, 0.08 if first.colour is None else 0.03)
    other = vocabulary.materials[second.material] if second.material else None
    accents = [vocabulary.colours[c] for c in entry.accents] or [(0.94, 0.93, 0.9), (0.2, 0.2, 0.22)]
    far = [a for a in accents if float(np.linalg.norm(np.subtract(a, main))) > TOO_NEAR]
    if second == Look() and material is not None and material.colours:
        accent = _shaded(main, 0.72)  # all of one material, the details a darker tone of it
    else:
        accent = _pick(second, other, far or [_contrast(main)], vocabulary, rng)
    finish = material.finish if material else None
    return _Whole(main, accent, finish, other.finish if other else finish)


def _pick(
    look: Look, material: Material | None, own: Sequence[Rgb], vocabulary: Vocabulary, rng: np.random.Generator
) -> Rgb:
    if look.colour:
        return vocabulary.colours[look.colour]
    options = material.colours if material and material.colours else own
    return options[int(rng.integers(len(options)))]


def _contrast(rgb: Rgb) -> Rgb:
    return (0.93, 0.92, 0.88) if sum(rgb) < 1.7 else (0.22, 0.23, 0.27)


def _jitter(rgb: Rgb, rng: np.random.Generator, by: float) -> Rgb:
    """A slightly lighter or darker, warmer or cooler tone."""
    light, warm = rng.uniform(-by, by), rng.uniform(-by, by) / 3
    red, green, blue = (c * (1 + light) for c in rgb)
    return _clip(red + warm), _clip(green), _clip(blue - warm)


def _shaded(rgb: Rgb, factor: float) -> Rgb:
    """Darker below 1; above 1 lighter towards white."""
    if factor <= 1:
        return rgb[0] * factor, rgb[1] * factor, rgb[2] * factor
    lift = 1 - 1 / factor
    return rgb[0] + (1 - rgb[0]) * lift, rgb[1] + (1 - rgb[1]) * lift, rgb[2] + (1 - rgb[2]) * lift


def _clip(value: float) -> float:
    return float(min(max(value, 0.0), 1.0))
