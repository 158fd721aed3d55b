"""The procedural generator as a backend: objects built from parts, without a learned model or a GPU."""

from __future__ import annotations

from generation.backends.contract import Generated, Generator, Progress, Report
from procedural.generate import load_generator


def load() -> Generator:
    """Load the generator. Raises VocabularyError for a contradictory vocabulary."""
    generate_object = load_generator()

    def generate(prompt: str, seed: int, report: Report) -> Generated:
        generated = generate_object(prompt, seed, lambda fraction, stage: report(Progress(fraction, stage)))
        return Generated(generated.splats, generated.understood)

    return generate
