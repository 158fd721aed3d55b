"""Gadgets and electronics; `OBJECTS` has the build function of each."""

from __future__ import annotations

from procedural.builder import BuildFunction
from procedural.objects.gadgets import optics, screens, sound

OBJECTS: dict[str, BuildFunction] = {
    "camera": optics.camera,
    "smartphone": screens.smartphone,
    "laptop": screens.laptop,
    "computer": screens.computer,
    "television": screens.television,
    "game controller": screens.game_controller,
    "light bulb": optics.light_bulb,
    "telescope": optics.telescope,
    "headphones": sound.headphones,
    "radio": sound.radio,
    "telephone": sound.telephone,
    "microphone": sound.microphone,
    "alarm clock": sound.alarm_clock,
}
"""Build function by object name."""
