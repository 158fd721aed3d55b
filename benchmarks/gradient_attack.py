"""Attack a scorer with knowledge of its weights: Adam fits an asset through the differentiable renderer.

    python -m benchmarks.gradient_attack --start noise [--prompt "a pink bicycle"] [--held_out FOLDER] [--device cuda]
    python -m benchmarks.gradient_attack --start wrong [--wrong "a red car"]       from another prompt's asset

Every step renders random views from the distribution of the seeded ones. Prints a row per checkpoint: scores of the
fixed views, of views with unseen seeds and of an independently trained scorer, all with checks and gates off; then the
score, or the reject code, with them on. Each of three learning rates gets 500 steps, and the best continues. The rates
are constant, so the row of step 500 is the result of an attack of 500 steps. The process uses one core.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.attacks import PROMPTS, SEEDS, guarded_score, make, unchecked, unguarded
from generation.backends import LOADERS
from mocks import cheats
from serving.arguments import COUNT, POSITIVE, FlagParser
from splats.codecs import encode_spz
from splats.model import TENSORS, Cameras, Splats, normalise
from splats.render import render
from splats.sh import BLACK
from tools.make_score_golden import thinned
from validation.assets.prepare import Prepared
from validation.assets.views import view_cameras
from validation.scoring.clip import load_encoder, load_model
from validation.scoring.judge import Judge
from validation.scoring.scorer import ScorerFiles, find_scorer_files

BATCH = 4
"""Views per step."""
CHECKPOINTS = (0, 50, 150, 500, 1000, 2000, 3500, 5000)
TRIAL = 500
"""Steps for every learning rate; the one with the best seeded score continues to the end."""
TRAINING_SEEDS = 1_000_000
"""The attack's view seeds start here; SEEDS are never among them."""


class Attack:
    """Adam on means, colours, opacities and scales, maximising the scorer's probability of the prompt."""

    def __init__(self, files: ScorerFiles, prompt: str, start: Splats, rate: float, device: str) -> None:
        self.constants = files.constants
        self.device = device
        self.rate = rate
        self.model, tokenizer = load_model(files)
        self.model.to(device)
        texts = tokenizer([prompt, *self.constants.alignment.negatives]).to(device)
        self.texts = torch.nn.functional.normalize(self.model.encode_text(texts), dim=-1)  # type: ignore[operator]  # [1 + M, D]
        start = start.to(device)
        self.quats = start.quats
        self.free = {
            "means": start.means.clone(),
            "colours": start.sh[:, :1].clone(),
            "logits": start.opacities.clamp(0.01, 0.99).logit(),
            "log_scales": start.scales.clamp(1e-3, 0.1).log(),
        }
        rates = {"means": 0.1 * rate, "colours": rate, "logits": rate, "log_scales": 0.3 * rate}
        groups = [{"params": [value.requires_grad_()], "lr": rates[name]} for name, value in self.free.items()]
        self.optimiser = torch.optim.Adam(groups)
        self.seed = TRAINING_SEEDS

    def splats(self) -> Splats:
        """Return the current asset, on the CPU."""
        current = self._splats()
        return Splats(*(getattr(current, name).detach().cpu() for name in TENSORS))

    def step(self) -> float:
        """Take one step on BATCH views and return the loss, − log of the mean view score."""
        self.seed += 1
        constants = self.constants
        cameras = view_cameras(self.seed, constants.image_px)  # without supersampling, which guides as well
        chosen = 8 + torch.randperm(8, generator=torch.Generator().manual_seed(self.seed))[:BATCH]  # random views
        batch = Cameras(cameras.viewmats[chosen], cameras.Ks[chosen], cameras.width, cameras.height).to(self.device)
        images = render(self._splats(), batch).images.clamp(0, 1)
        mean, std = (torch.tensor(v, device=self.device) for v in (constants.model.mean, constants.model.std))
        vectors = self.model.encode_image(((images - mean) / std).permute(0, 3, 1, 2))  # type: ignore[operator]
        cosines = torch.nn.functional.normalize(vectors, dim=-1) @ self.texts.T  # [BATCH, 1 + M]
        logits = cosines * constants.alignment.scale
        logits = torch.cat([logits[:, :1] + constants.alignment.bias, logits[:, 1:]], dim=1)
        loss = -logits.log_softmax(dim=1)[:, 0].mean()
        if constants.alignment.platt is not None:
            line = constants.alignment.platt
            loss = loss - torch.nn.functional.logsigmoid(line.slope * cosines[:, 0] + line.offset).mean()
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimiser.step()
        with torch.no_grad():
            self.free["colours"].clamp_(min=BLACK)  # below it colours have no gradient
        return float(loss.detach())

    def _splats(self) -> Splats:
        free = self.free
        scales = free["log_scales"].clamp(math.log(1e-3), math.log(0.1)).exp()
        return Splats(free["means"].clamp(-0.5, 0.5), self.quats, scales, free["logits"].sigmoid(), free["colours"])


class Curves:
    """Score an attack's asset with the scorer, with and without defences, and with an independently trained one."""

    def __init__(self, files: ScorerFiles, held_out: ScorerFiles | None, prompt: str) -> None:
        self._prompt = prompt
        self._guarded = Judge(files, load_encoder(files))
        self._open = unguarded(files)
        self._apart = unguarded(held_out) if held_out else None

    def row(self, asset: Splats) -> tuple[float, float, float, str]:
        """Return the scores of fixed views, seeded views, the other scorer (nan without one), and with defences."""
        seen = [unchecked(asset, seed, self._open.render_spec("cpu")) for seed in SEEDS]
        fixed = self._mean(self._open, [fixed_only(seen[0])])
        apart = self._mean(self._apart, seen) if self._apart else math.nan
        return fixed, self._mean(self._open, seen), apart, guarded_score(self._guarded, self._prompt, asset)

    def _mean(self, judge: Judge, seen: list[Prepared]) -> float:
        return sum(judge.judge(self._prompt, prepared).score for prepared in seen) / len(seen)


def fixed_only(prepared: Prepared) -> Prepared:
    """Keep only the eight fixed views, twice: the views an attacker knows in advance."""
    views: Tensor = torch.from_numpy(prepared.views)[:8]
    return replace(prepared, views=torch.cat([views, views]).numpy())


def at_most(splats: Splats, count: int) -> Splats:
    """Thin `splats` out to `count` if there are more."""
    return splats if len(splats) <= count else thinned(splats, count)


def main() -> None:
    """Run the command line."""
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scorer", default="three-gen-small")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--held_out", help="folder of an independently trained scorer")
    parser.add_argument("--prompt", default=PROMPTS[0])
    parser.add_argument("--start", choices=["noise", "wrong"], default="noise")
    parser.add_argument("--wrong", default=PROMPTS[1], help="prompt of the wrong object (%(default)s)")
    parser.add_argument("--steps", type=COUNT, default=5_000)
    parser.add_argument("--splats", type=COUNT, default=4_000)
    parser.add_argument("--rates", type=POSITIVE, nargs="+", default=[0.01, 0.03, 0.1])
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write the asset of each checkpoint here")
    args = parser.parse_args()
    torch.set_num_threads(1)
    files = find_scorer_files(args.scorer, args.weights)
    curves = Curves(files, find_scorer_files(args.held_out) if args.held_out else None, args.prompt)
    generate = LOADERS["procedural"]("cpu")
    start = cheats.noise(args.splats) if args.start == "noise" else at_most(make(generate, args.wrong), args.splats)
    print("| start | rate | step | fixed views | seeded views | other scorer | defences on |\n|" + "---|" * 7)
    tried = []
    for rate in args.rates:
        attack = Attack(files, args.prompt, normalise(start), rate, args.device)
        tried.append((follow(attack, curves, range(min(TRIAL, args.steps) + 1), args), rate, attack))
    _, rate, attack = max(tried, key=lambda one: one[:2])
    follow(attack, curves, range(TRIAL + 1, args.steps + 1), args)


def follow(attack: Attack, curves: Curves, steps: range, args: argparse.Namespace) -> float:
    """Take `steps` (0 only scores the start), print the checkpoints, and return the last seeded score."""
    seeded = 0.0
    for step in steps:
        if step:
            attack.step()
        if step in CHECKPOINTS or step == steps.stop - 1:
            asset = attack.splats()
            fixed, seeded, apart, guarded = curves.row(asset)
            shown = f"{fixed:.3f} | {seeded:.3f} | {apart:.3f} | {guarded}"
            print(f"| {args.start} | {attack.rate} | {step} | {shown} |", flush=True)
            if args.out:
                (args.out / f"{args.start}-{attack.rate}-{step}.spz").write_bytes(encode_spz(asset))
    return seeded


if __name__ == "__main__":
    main()
