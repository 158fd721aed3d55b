"""Decorative things; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.decor import figures, household

OBJECTS: dict[str, BuildFunction] = {
    "teapot": household.teapot,
    "vase": household.vase,
    "candle": household.candle,
    "lantern": household.lantern,
    "hourglass": household.hourglass,
    "snow globe": household.snow_globe,
    "fountain": household.fountain,
    "bust": figures.bust,
    "chess piece": figures.chess_piece,
    "trophy": figures.trophy,
    "gift": figures.gift,
    "wreath": figures.wreath,
    "picture frame": figures.picture_frame,
}
"""Build function by object name."""
