"""Write prompter/resources/default_prompts.txt: the prompts of a validator without a prompt collector.

python -m tools.make_default_prompts

The project's own grammar generates the same number for each category. Only prompts in which the procedural generator
understands every word are kept.
"""

from __future__ import annotations

import random
from pathlib import Path

from procedural.language.prompt import read_prompt
from procedural.language.vocabulary import Vocabulary, load_vocabulary
from prompter.generator.grammar import Grammar, load_grammar
from serving.terminal import accept_any_text

TARGET = Path(__file__).resolve().parent.parent / "prompter/resources/default_prompts.txt"
PER_CATEGORY = 800


def is_understood(prompt: str, vocabulary: Vocabulary) -> bool:
    """Check whether the procedural generator finds exactly one object in the prompt and knows every word."""
    request = read_prompt(prompt, vocabulary)
    return not request.ignored and len(request.items) == 1 and request.items[0].guess is None


def prompts(grammar: Grammar, seed: int = 17) -> list[str]:
    """Return PER_CATEGORY different prompts for each category, shuffled."""
    rng, vocabulary = random.Random(seed), load_vocabulary()
    chosen: dict[str, None] = {}
    for number, category in enumerate(grammar.categories, start=1):
        while len(chosen) < number * PER_CATEGORY:
            prompt = grammar.prompt(category, rng)
            if is_understood(prompt, vocabulary):
                chosen[prompt] = None
    shuffled = list(chosen)
    rng.shuffle(shuffled)
    return shuffled


if __name__ == "__main__":
    accept_any_text()
    TARGET.write_text("".join(f"{prompt}\n" for prompt in prompts(load_grammar())), encoding="utf-8")
    print(f"wrote {TARGET}")
