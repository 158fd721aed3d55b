"""Text to splat without a learned model: read the prompt, build the object from parts, lay shaded Gaussians on it.

words → prompt → request → (objects: make, shapes) → assemble (looks, sampling, finishes) → Splats
"""

from __future__ import annotations

from generation.backends.contract import Generated, Generator, Progress, Report
from generation.backends.procedural.assemble import assemble
from generation.backends.procedural.objects import BUILDERS
from generation.backends.procedural.prompt import read_prompt
from generation.backends.procedural.request import understood
from generation.backends.procedural.vocabulary import load_vocabulary


def load() -> Generator:
    """The generator. Raises VocabularyError when objects.yaml contradicts itself."""
    vocabulary = load_vocabulary()
    builders = {name: build for section in BUILDERS.values() for name, build in section.items()}

    def generate(prompt: str, seed: int, report: Report) -> Generated:
        report(Progress(0.0, "reading"))
        request = read_prompt(prompt, vocabulary)
        splats = assemble(request, seed, builders, vocabulary, report)
        report(Progress(1.0, "done"))
        return Generated(splats, understood(request))

    return generate
