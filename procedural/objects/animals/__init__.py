"""Real animals, dinosaurs among them; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.animals import bears, birds, dinosaurs, hoofed, pets, scaly, small, water, wild

OBJECTS: dict[str, BuildFunction] = {
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
"""Build function by object name."""
