"""Measure what a miner gains by scoring its candidates: the validator's score of the best of n against the first.

    python -m benchmarks.best_of_n [--prompts 30] [--validators 3]

The assets come from the procedural generator and the scores from the shipped scorer, in this process. For each prompt
eight candidates are generated and scored as a miner does, with one random seed a task; the miner's own rules then
choose, from at most n candidates, which to send, or decline. The result is scored as a validator does, with the seed
derived from its secret and those bytes, which the miner cannot know; the score is the mean over several validators.

Accepted tasks per hour: with one validator (a task each 120 s at most), and with as many validators as one generation
service can serve, at the median seconds of a candidate on this machine. Prints Markdown rows for docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from generation.backends import LOADERS
from neurons.miner.candidates import Candidate, Effort, NextAction, choose_action, choose_better
from neurons.miner.rules import MinerRules
from neurons.validator.tasks.rules import TaskRules
from neurons.validator.tasks.trust import derive_seed
from serving.arguments import COUNT, SEED, FlagParser
from serving.settings import ShellSettings
from splats.codecs import encode_spz
from validation.engine import Engine
from validation.errors import RejectedError
from validation.loading import load_engine
from validation.settings import ValidationSettings

PROMPTS = Path(__file__).resolve().parent.parent / "prompter/resources/default_prompts.txt"
MOST = 8
HOTKEY = "benchmark"
COOLDOWN_S = TaskRules().task_cooldown_s


@dataclass(frozen=True)
class Made:
    """One candidate: its bytes, the miner's score, and the seconds to generate and score it."""

    asset: bytes
    score: float
    took_s: float


@dataclass(frozen=True)
class End:
    """How a task ended: candidates made, whether one was sent, and then its mean fidelity and the share accepted."""

    made: int
    sent: bool = False
    fidelity: float = 0.0
    accepted: float = 0.0


async def scored(engine: Engine, prompt: str, asset: bytes, seed: int) -> float:
    try:
        return (await engine.validate(prompt, asset, seed)).score
    except RejectedError:
        return 0.0


async def candidates(engine: Engine, prompt: str, draw: random.Random) -> list[Made]:
    generate, seed, made = LOADERS["procedural"]("cpu"), draw.getrandbits(32), []
    for _ in range(MOST):
        started = time.perf_counter()
        asset = encode_spz(generate(prompt, draw.getrandbits(32), lambda _progress: None).splats)
        score = await scored(engine, prompt, asset, seed)
        made.append(Made(asset, score, time.perf_counter() - started))
    return made


def chosen(made: Sequence[Made], most: int, pace_s: float) -> tuple[Made | None, int]:
    """Apply the miner's rules to at most `most` candidates; return the one sent (None: declined) and the count."""
    rules, now = replace(MinerRules(), max_candidates=most), 0.0
    effort = Effort(0.0, 600.0, MinerRules().thresholds, pace_s=pace_s)
    while (step := choose_action(effort, 0, now, rules)) is NextAction.START:
        now += pace_s
        one = Candidate("", effort.made, made[effort.made].score)
        effort = replace(effort, best=choose_better(effort.best, one), made=effort.made + 1)
    return (made[effort.best.seed] if step is NextAction.SUBMIT and effort.best else None), effort.made


class Validators:
    """Score each asset once with the hidden seeds of several validators."""

    def __init__(self, engine: Engine, secrets: Sequence[bytes]) -> None:
        self._engine, self._secrets = engine, secrets
        self._known: dict[bytes, list[float]] = {}

    async def end(self, prompt: str, task: str, sent: Made | None, made: int) -> End:
        """Return how a task ends for the candidate that was sent."""
        if sent is None:
            return End(made)
        fidelities = [TaskRules().fidelity(score) for score in await self.scores(prompt, task, sent.asset)]
        return End(made, True, statistics.mean(fidelities), statistics.mean(f > 0 for f in fidelities))

    async def scores(self, prompt: str, task: str, asset: bytes) -> list[float]:
        """Return the scores of an asset, one per validator."""
        if asset not in self._known:
            seeds = [derive_seed(secret, task, asset, HOTKEY) for secret in self._secrets]
            self._known[asset] = [await scored(self._engine, prompt, asset, seed) for seed in seeds]
        return self._known[asset]


def row(name: str, best: Sequence[float], first: Sequence[float], ends: Sequence[End], pace_s: float) -> str:
    """Return one line of the table: scores of the best candidate, paired by prompt, then the result of the rules."""
    gains = [one - other for one, other in zip(best, first, strict=True)]
    accepted = statistics.mean(end.accepted for end in ends)
    fidelity = statistics.mean(end.fidelity for end in ends if end.sent)
    one = 3600 / statistics.mean(max(COOLDOWN_S, end.made * pace_s + TaskRules().min_cooldown_s) for end in ends)
    cells = [
        name,
        f"{statistics.mean(best):.3f}",
        f"{statistics.mean(gains):+.3f} ± {statistics.stdev(gains) / len(gains) ** 0.5:.3f}",
        f"{statistics.mean(end.made for end in ends):.1f}",
        f"{statistics.mean(not end.sent for end in ends):.0%}",
        f"{accepted:.0%}",
        f"{fidelity:.2f}",
        f"{one * accepted:.1f}",
        f"{3600 / statistics.mean(end.made * pace_s for end in ends) * accepted:.0f}",
        f"{8 * one * accepted * fidelity:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


async def measure(args: argparse.Namespace) -> None:
    draw = random.Random(args.seed)
    prompts = draw.sample(PROMPTS.read_text().splitlines(), args.prompts)
    engine = load_engine(ValidationSettings(shell=ShellSettings(port=8094), scorer="three-gen-small"))
    judges = Validators(engine, [draw.randbytes(32) for _ in range(args.validators)])
    try:
        made = [await candidates(engine, prompt, draw) for prompt in prompts]
        pace_s = statistics.median(one.took_s for task in made for one in task)
        print(f"{len(prompts)} prompts, {args.validators} validators, a candidate in {pace_s:.2f} s (median)")
        tasks = list(enumerate(zip(prompts, made, strict=True)))
        first = [statistics.mean(await judges.scores(prompt, str(i), task[0].asset)) for i, (prompt, task) in tasks]
        ends = [await judges.end(prompt, str(i), task[0], 1) for i, (prompt, task) in tasks]
        print(row("the first, not scored", first, first, ends, pace_s))
        for n in (1, 2, 4, 8):
            tops = [max(task[:n], key=lambda one: one.score) for task in made]
            best = [statistics.mean(await judges.scores(prompt, str(i), tops[i].asset)) for i, (prompt, _) in tasks]
            ends = [await judges.end(prompt, str(i), *chosen(task, n, pace_s)) for i, (prompt, task) in tasks]
            print(row(f"best of {n}", best, first, ends, pace_s))
    finally:
        engine.close()


def main() -> None:
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=COUNT, default=30)
    parser.add_argument("--validators", type=COUNT, default=3, help="number of validators, each with its own secret")
    parser.add_argument("--seed", type=SEED, default=0)
    asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    main()
