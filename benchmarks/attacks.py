"""How far cheats get: the attack suite beside its honest counterparts, and a white-box gradient attack.

    python benchmarks/attacks.py suite    [--scorer three-gen-small]
    python benchmarks/attacks.py gradient [--scorer …] [--held_out FOLDER] [--steps 500] [--start wrong] [--out FILE]

"suite" prints a row per cheat: its honest counterpart's score, its own score or reject code, and what it would get
with checks and gates off, so that one sees what does the work. "gradient" fits an asset to the scorer through the
differentiable renderer and prints the curves: fixed views, views of seeds it never saw, a held-out scorer. It needs a
GPU (gsplat) to be quick; on a CPU it takes the torch renderer, so keep --splats and --steps small.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # not this folder: validation.py is no package

from generation.backends import LOADERS
from generation.backends.contract import Generator
from mocks import cheats
from splats.codecs import encode_ply, encode_spz
from splats.model import Cameras, Splats, normalise
from splats.render import render
from splats.sh import SH_C0
from validation.clip import load_encoder, load_model
from validation.errors import Rejected
from validation.fingerprint import fingerprint
from validation.judge import Judge
from validation.prepare import Picture, Prepared, draw, measure, prepare, shrink
from validation.scorer import Gates, ScorerFiles, locate
from validation.views import view_cameras

PROMPTS = ("a pink bicycle", "a red car", "a golden retriever dog", "a green dragon", "a wooden chair")
SEEDS = (11, 12, 13, 14)
"""View seeds whose scores are averaged; none of them is ever trained on."""
BATCH = 4
"""Views per step of the gradient attack."""


def suite(args: argparse.Namespace) -> None:
    """A row per prompt and cheat."""
    files = locate(args.scorer, args.weights)
    guarded = Judge(files, load_encoder(files))
    open_constants = files.constants.model_copy(update={"gates": Gates()})
    unguarded = Judge(replace(files, constants=open_constants), load_encoder(files))
    generate = LOADERS["procedural"]()
    print("| prompt | cheat | honest | cheat | checks and gates off |\n|---|---|---|---|---|")
    for prompt, other in zip(PROMPTS, PROMPTS[1:] + PROMPTS[:1], strict=True):
        honest = make(generate, prompt)
        fair = guarded_score(guarded, prompt, honest)
        for name, build in attacks(prompt, make(generate, other)).items():
            cheat = build(honest)
            without = mean_score(unguarded, prompt, cheat)
            print(f"| {prompt} | {name} | {fair} | {guarded_score(guarded, prompt, cheat)} | {without:.3f} |")


def attacks(prompt: str, other: Splats) -> dict[str, Callable[[Splats], Splats]]:
    """What is done to an honest asset of `prompt`, by name; `other` is an honest asset of another prompt."""
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


def guarded_score(judge: Judge, prompt: str, splats: Splats) -> str:
    """Mean score over SEEDS as text, or the reject code."""
    scores = []
    for seed in SEEDS:
        try:
            prepared = prepare(encode_ply(splats), seed, judge.picture("cpu"))
        except Rejected as error:
            return error.code
        scores.append(judge.judge(prompt, prepared).score)
    return f"{sum(scores) / len(scores):.3f}"


def mean_score(judge: Judge, prompt: str, splats: Splats) -> float:
    """Mean score over SEEDS of splats that pass no check."""
    return sum(judge.judge(prompt, unchecked(splats, seed, judge.picture("cpu"))).score for seed in SEEDS) / len(SEEDS)


def unchecked(splats: Splats, seed: int, picture: Picture) -> Prepared:
    """As `validation.prepare.prepare`, without a check."""
    asset = normalise(splats)
    images, alpha = draw(asset, seed, picture)
    views, cover = shrink(images, alpha, picture.supersample)
    return Prepared(views.numpy(), measure(asset, views, cover), fingerprint(splats), None, {})


def make(generate: Generator, prompt: str) -> Splats:
    """An honest asset."""
    return generate(prompt, 0, lambda _progress: None).splats


def gradient(args: argparse.Namespace) -> None:
    """Fits with three learning rates, prints the curves, keeps the best."""
    files = locate(args.scorer, args.weights)
    judges = {"scorer": Judge(files, load_encoder(files))}
    if args.held_out:
        other = locate(str(args.held_out))
        judges["held out"] = Judge(other, load_encoder(other))
    generate = LOADERS["procedural"]()
    best: tuple[float, Splats] | None = None
    print("| rate | step | fixed views | seeded views | held out | loss |\n|---|---|---|---|---|---|")
    for rate in args.rates:
        start = cheats.noise(args.splats) if args.start == "noise" else thinned(make(generate, args.wrong), args.splats)
        attacker = Attack(files, args.prompt, normalise(start), rate, args.device)
        for step in range(1, args.steps + 1):
            loss = attacker.step()
            if step % max(1, args.steps // 10) == 0:
                asset = attacker.splats()
                fixed = judges["scorer"].judge(args.prompt, fixed_only(asset, files)).score
                seeded = {name: mean_score(judge, args.prompt, asset) for name, judge in judges.items()}
                held = f"{seeded['held out']:.3f}" if "held out" in seeded else "–"
                print(f"| {rate} | {step} | {fixed:.3f} | {seeded['scorer']:.3f} | {held} | {loss:.3f} |", flush=True)
        if best is None or seeded["scorer"] > best[0]:
            best = (seeded["scorer"], asset)
    if best is not None:
        print(f"best with all defences: {guarded_score(judges['scorer'], args.prompt, best[1])}")
        if args.out:
            args.out.write_bytes(encode_spz(best[1]))


class Attack:
    """Adam on means, colours, opacities and scales against the scorer's own probability, random views of its kind."""

    def __init__(self, files: ScorerFiles, prompt: str, start: Splats, rate: float, device: str) -> None:
        self.constants = files.constants
        self.device = device
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
        self.seed = 1_000_000

    def splats(self) -> Splats:
        """The asset as it is now, on the CPU."""
        now = self._splats()
        values = (now.means, now.quats, now.scales, now.opacities, now.sh)
        return Splats(*(value.detach().cpu() for value in values))

    def step(self) -> float:
        """One step on BATCH views; the loss: − log of the mean view score."""
        self.seed += 1
        constants = self.constants
        cameras = view_cameras(self.seed, constants.image_px)  # not averaged down: as good a guide
        chosen = torch.randperm(16, generator=torch.Generator().manual_seed(self.seed))[:BATCH]
        some = Cameras(cameras.viewmats[chosen], cameras.Ks[chosen], cameras.width, cameras.height).to(self.device)
        pixels = picture(self._splats(), some).clamp(0, 1)
        mean, std = (torch.tensor(v, device=self.device) for v in (constants.model.mean, constants.model.std))
        vectors = self.model.encode_image(((pixels - mean) / std).permute(0, 3, 1, 2))  # type: ignore[operator]
        cosines = torch.nn.functional.normalize(vectors, dim=-1) @ self.texts.T  # [BATCH, 1 + M]
        loss = -(cosines * constants.alignment.scale).log_softmax(dim=1)[:, 0].mean()
        if constants.alignment.platt is not None:
            line = constants.alignment.platt
            loss = loss - torch.nn.functional.logsigmoid(line.slope * cosines[:, 0] + line.offset).mean()
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return float(loss.detach())

    def _splats(self) -> Splats:
        free = self.free
        scales = free["log_scales"].clamp(math.log(1e-3), math.log(0.1)).exp()
        return Splats(free["means"].clamp(-0.5, 0.5), self.quats, scales, free["logits"].sigmoid(), free["colours"])


def picture(splats: Splats, cameras: Cameras) -> Tensor:
    """Pictures [C, H, W, 3] on white, with gradients: gsplat on CUDA, else `dense_picture`."""
    if splats.device.type == "cuda":
        return render(splats, cameras, (1, 1, 1)).images
    return torch.stack(
        [dense_picture(splats, v, k, cameras.width) for v, k in zip(cameras.viewmats, cameras.Ks, strict=True)]
    )


def dense_picture(splats: Splats, viewmat: Tensor, K: Tensor, size: int) -> Tensor:
    """One picture [H, W, 3] on white, every splat on every pixel: for a few thousand round splats at a hundred pixels.

    An attacker's shortcut, not a fourth renderer: splats are balls of their mean deviation.
    """
    places = splats.means @ viewmat[:3, :3].T + viewmat[:3, 3]  # [N, 3]
    order = places[:, 2].detach().argsort()
    places, opacities = places[order], splats.opacities[order]
    centres = places[:, :2] / places[:, 2:] * K[0, 0] + K[:2, 2]  # [N, 2]
    spread = (splats.scales[order].mean(dim=1) * K[0, 0] / places[:, 2]) ** 2 + 0.3  # [N]
    colours = 0.5 + SH_C0 * splats.sh[order, 0]  # [N, 3]
    grid = torch.arange(size, device=places.device) + 0.5
    across = torch.exp(-0.5 * (grid[:, None] - centres[:, 0]) ** 2 / spread)  # [W, N]
    down = torch.exp(-0.5 * (grid[:, None] - centres[:, 1]) ** 2 / spread) * opacities  # [H, N]
    rows = []
    for row in down:
        near = (row.detach() > 1 / 255).nonzero()[:, 0]  # the others cannot be seen in this row
        rows.append(_dense_row(row[near], across[:, near], colours[near]))
    return torch.stack(rows)


def _dense_row(row: Tensor, across: Tensor, colours: Tensor) -> Tensor:
    """One row [W, 3] of a dense picture from the splats' weights on it [N] and across it [W, N]."""
    alpha = (row * across).clamp(max=0.99)  # [W, N]
    through = torch.cat([alpha.new_ones(len(alpha), 1), (1 - alpha).cumprod(dim=1)], dim=1)  # [W, N + 1]
    return (alpha * through[:, :-1]) @ colours + through[:, -1:]  # what lies in front lets through, at last the white


def fixed_only(splats: Splats, files: ScorerFiles) -> Prepared:
    """The eight fixed views, twice: what an attacker knows for certain."""
    picture = Picture(files.constants.image_px, files.constants.supersample)
    prepared = unchecked(splats, 0, picture)
    views: Tensor = torch.from_numpy(prepared.views)[:8]
    return replace(prepared, views=torch.cat([views, views]).numpy())


def thinned(splats: Splats, count: int) -> Splats:
    """At most `count` splats, chosen at random, widened so that the surface stays closed."""
    if len(splats) <= count:
        return splats
    kept = splats.select(torch.randperm(len(splats), generator=torch.Generator().manual_seed(0))[:count])
    return replace(kept, scales=kept.scales * math.sqrt(len(splats) / count), sh=kept.sh[:, :1])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["suite", "gradient"])
    parser.add_argument("--scorer", default="three-gen-small")
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--held_out", type=Path, help="folder of a scorer trained apart")
    parser.add_argument("--prompt", default=PROMPTS[0])
    parser.add_argument("--start", choices=["noise", "wrong"], default="noise")
    parser.add_argument("--wrong", default="a red car", help="prompt of the wrong object")
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--splats", type=int, default=4_000)
    parser.add_argument("--rates", type=float, nargs="+", default=[0.005, 0.02, 0.08])
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--out", type=Path, help="write the best asset here")
    args = parser.parse_args()
    {"suite": suite, "gradient": gradient}[args.what](args)


if __name__ == "__main__":
    main()
