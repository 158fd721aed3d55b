"""Score simple cheats and their honest counterparts. `gradient_attack` is the attack that knows the weights.

    python -m benchmarks.attacks [--scorer three-gen-small] [--weights PATH]

Prints a row per cheat: its honest counterpart's score, its own score or reject code, and its score with checks and
gates off, which shows what those contribute.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from generation.backends import LOADERS
from generation.backends.contract import Generator
from mocks import cheats
from serving.arguments import FlagParser
from splats.codecs import encode_ply
from splats.model import Splats, normalise
from validation.assets.fingerprint import fingerprint
from validation.assets.prepare import Prepared, downsample, measure, prepare, render_views
from validation.assets.render_spec import RenderSpec
from validation.errors import RejectedError
from validation.scoring.clip import load_encoder
from validation.scoring.judge import Judge
from validation.scoring.scorer import Gates, ScorerFiles, find_scorer_files

PROMPTS = ("a pink bicycle", "a red car", "a golden retriever dog", "a green dragon", "a wooden chair")
SEEDS = (11, 12, 13, 14)
"""View seeds whose scores are averaged; scorers are never trained on them."""


def suite(args: argparse.Namespace) -> None:
    """Print a row per prompt and cheat."""
    files = find_scorer_files(args.scorer, args.weights)
    guarded, without_gates = Judge(files, load_encoder(files)), unguarded(files)
    generate = LOADERS["procedural"]("cpu")
    print("| prompt | cheat | honest | cheat | checks and gates off |\n|---|---|---|---|---|")
    for prompt in args.prompts:
        other = next(one for one in PROMPTS[PROMPTS.index(prompt) + 1 :] + PROMPTS if one != prompt)
        honest = make(generate, prompt)
        fair = guarded_score(guarded, prompt, honest)
        for name, build in attacks(prompt, make(generate, other)).items():
            cheat = build(honest)
            without = mean_score(without_gates, prompt, cheat)
            print(f"| {prompt} | {name} | {fair} | {guarded_score(guarded, prompt, cheat)} | {without:.3f} |")


def attacks(prompt: str, other: Splats) -> dict[str, Callable[[Splats], Splats]]:
    """Return the cheats by name, functions of an honest asset of `prompt`; `other` is one of another prompt."""
    return {
        "flat card": cheats.card_of,
        "text": lambda _honest: cheats.text_card(prompt),
        "one side": cheats.one_sided,
        "lying colours": cheats.lying,
        "floaters": cheats.among_floaters,
        "another's asset": lambda _honest: other,
        "noise": lambda _honest: cheats.noise(),
        "fog": lambda honest: cheats.fog(tuple((0.5 + 0.282 * honest.sh[:, 0].mean(dim=0)).tolist())),
    }


def unguarded(files: ScorerFiles) -> Judge:
    """Return the scorer without its gates."""
    without = replace(files, constants=files.constants.model_copy(update={"gates": Gates()}))
    return Judge(without, load_encoder(without))


def guarded_score(judge: Judge, prompt: str, splats: Splats) -> str:
    """Return the mean score over SEEDS as text, or the reject code."""
    scores = []
    for seed in SEEDS:
        try:
            prepared = prepare(encode_ply(splats), seed, judge.render_spec("cpu"))
        except RejectedError as error:
            return error.code
        scores.append(judge.judge(prompt, prepared).score)
    return f"{sum(scores) / len(scores):.3f}"


def mean_score(judge: Judge, prompt: str, splats: Splats) -> float:
    """Return the mean score over SEEDS with all checks off."""
    spec = judge.render_spec("cpu")
    return sum(judge.judge(prompt, unchecked(splats, seed, spec)).score for seed in SEEDS) / len(SEEDS)


def unchecked(splats: Splats, seed: int, spec: RenderSpec) -> Prepared:
    """Prepare splats like `validation.assets.prepare.prepare`, without checks."""
    asset = normalise(splats)
    images, alpha = render_views(asset, seed, spec)
    views, cover = downsample(images, alpha, spec.supersample)
    return Prepared(views.numpy(), measure(asset, views, cover), fingerprint(splats), None, {})


def make(generate: Generator, prompt: str) -> Splats:
    """Generate an honest asset."""
    return generate(prompt, 0, lambda _progress: None).splats


def main() -> None:
    """Run the command line."""
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scorer", default="three-gen-small")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--prompts", nargs="+", choices=PROMPTS, default=PROMPTS)
    suite(parser.parse_args())


if __name__ == "__main__":
    main()
