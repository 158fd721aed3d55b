"""Writes prompter/resources/default_prompts.txt: what a validator asks for when it has no prompter to fetch from.

python -m tools.make_default_prompts

Made by the project's own grammar, the same number for each category. Only prompts are kept of which the procedural
generator understands every word.
"""

from __future__ import annotations

import random
from pathlib import Path

from procedural.language.prompt import read_prompt
from procedural.language.vocabulary import Vocabulary, load_vocabulary
from prompter.generator.grammar import Grammar, load_grammar

TARGET = Path(__file__).resolve().parent.parent / "prompter/resources/default_prompts.txt"
PER_CATEGORY = 800


def is_understood(prompt: str, vocabulary: Vocabulary) -> bool:
    """Whether the procedural generator reads one object in the prompt and knows every word of it."""
    request = read_prompt(prompt, vocabulary)
    return not request.ignored and len(request.items) == 1 and request.items[0].guess is None


def prompts(grammar: Grammar, seed: int = 17) -> list[str]:
    """PER_CATEGORY different prompts for each category, mixed."""
    rng, vocabulary = random.Random(seed), load_vocabulary()
    chosen: dict[str, None] = {}
    for number, category in enumerate(grammar.categories, start=1):
        while len(chosen) < number * PER_CATEGORY:
            prompt = grammar.prompt(category, rng)
            if is_understood(prompt, vocabulary):
                chosen[prompt] = None
    mixed = list(chosen)
    rng.shuffle(mixed)
    return mixed


if __name__ == "__main__":
    TARGET.write_text("".join(f"{prompt}\n" for prompt in prompts(load_grammar())), encoding="utf-8")
    print(f"wrote {TARGET}")
