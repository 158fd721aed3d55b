"""Text to splats without a learned model: read the prompt, build the object from parts, cover it with shaded Gaussians.

prompt → language → ObjectRequest → objects (builder, geometry) → assemble (materials, sampling, finishes) → Splats
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from procedural.assemble import Report, assemble
from procedural.language.prompt import read_prompt
from procedural.language.request import describe_request
from procedural.language.vocabulary import load_vocabulary
from procedural.objects import OBJECTS
from splats.model import Splats


@dataclass(frozen=True, slots=True)
class GeneratedObject:
    """Normalised splats [N], and what was understood of the prompt, in plain words."""

    splats: Splats
    understood: str


Generate = Callable[[str, int, Report], GeneratedObject]
"""(prompt, seed, report) → the object; an exception that `report` raises passes through."""


def load_generator() -> Generate:
    """Load the vocabulary and return the generator. Raises VocabularyError when the words contradict themselves."""
    vocabulary = load_vocabulary()
    builders = {name: build for section in OBJECTS.values() for name, build in section.items()}

    def generate(prompt: str, seed: int, report: Report) -> GeneratedObject:
        report(0.0, "reading")
        request = read_prompt(prompt, vocabulary)
        splats = assemble(request, seed, builders, vocabulary, report)
        report(1.0, "done")
        return GeneratedObject(splats, describe_request(request))

    return generate
