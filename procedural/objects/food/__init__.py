"""Food and drinks; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.food import fruit, savoury, sweet

OBJECTS: dict[str, BuildFunction] = {
    "hamburger": savoury.hamburger,
    "pizza": savoury.pizza,
    "hot dog": savoury.hot_dog,
    "french fries": savoury.fries,
    "sushi": savoury.sushi,
    "cheese": savoury.cheese,
    "cake": sweet.cake,
    "cupcake": sweet.cupcake,
    "ice cream": sweet.ice_cream,
    "donut": sweet.donut,
    "cup": sweet.cup,
    "bottle": sweet.bottle,
    "apple": fruit.apple,
    "banana": fruit.banana,
    "strawberry": fruit.strawberry,
    "watermelon": fruit.watermelon,
    "pumpkin": fruit.pumpkin,
    "pineapple": fruit.pineapple,
}
"""Build function by object name."""
