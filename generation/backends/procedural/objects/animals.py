"""Builders of real animals. Front toward +z, y up; any unit of length."""

from __future__ import annotations

from collections.abc import Callable

from generation.backends.procedural.make import Make
from generation.backends.procedural.objects import animals_bears as bears
from generation.backends.procedural.objects import animals_birds as birds
from generation.backends.procedural.objects import animals_dinosaurs as dinosaurs
from generation.backends.procedural.objects import animals_hoofed as hoofed
from generation.backends.procedural.objects import animals_pets as pets
from generation.backends.procedural.objects import animals_scaly as scaly
from generation.backends.procedural.objects import animals_small as small
from generation.backends.procedural.objects import animals_water as water
from generation.backends.procedural.objects import animals_wild as wild

BUILDERS: dict[str, Callable[[Make], None]] = {
    "dog": pets.dog,
    "cat": pets.cat,
    "rabbit": pets.rabbit,
    "fox": pets.fox,
    "horse": hoofed.horse,
    "zebra": hoofed.zebra,
    "cow": hoofed.cow,
    "sheep": hoofed.sheep,
    "pig": hoofed.pig,
    "elephant": wild.elephant,
    "lion": wild.lion,
    "tiger": wild.tiger,
    "giraffe": wild.giraffe,
    "bear": bears.bear,
    "panda": bears.panda,
    "monkey": bears.monkey,
    "penguin": birds.penguin,
    "owl": birds.owl,
    "parrot": birds.parrot,
    "duck": birds.duck,
    "rooster": birds.rooster,
    "flamingo": birds.flamingo,
    "fish": water.fish,
    "shark": water.shark,
    "dolphin": water.dolphin,
    "whale": water.whale,
    "turtle": scaly.turtle,
    "frog": scaly.frog,
    "octopus": water.octopus,
    "crab": water.crab,
    "crocodile": scaly.crocodile,
    "butterfly": small.butterfly,
    "bee": small.bee,
    "ladybird": small.ladybird,
    "snail": small.snail,
    "snake": scaly.snake,
    "caterpillar": small.caterpillar,
    "spider": small.spider,
    "dinosaur": dinosaurs.tyrannosaur,
    "brachiosaurus": dinosaurs.brachiosaur,
    "triceratops": dinosaurs.triceratops,
}
"""Builder by the object's name in objects.yaml."""
