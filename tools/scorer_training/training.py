"""The model, the loss and the loop: InfoNCE plus the scorer's own formula, in two one-thread processes.

The loss adds to InfoNCE (Radford et al. 2021, section 2.3) a binary cross-entropy on z = s·cos(picture, caption) -
log Σ exp s·cos(picture, negatives): the logit of the probability that the scorer computes. So the six negatives learn
to be the threshold between right and wrong. Pairs of which nobody can say whether they match are left out of both.
"""

from __future__ import annotations

import gzip
import json
import math
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F  # noqa: N812  the field's name for it
from numpy.typing import NDArray
from torch import Tensor

from tools.scorer_training.captions import NOTHING, UNKNOWN, Labels, Row, caption, denied, truth, unknown, wrong_look
from tools.scorer_training.prompts import wrong_part
from tools.scorer_training.world import World, load_world

NEGATIVES = ("empty", "nothing", "false", "wrong", "negative", "not quite right")
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
MERGES = 1800
MAX_SCALE = 60.0
THING, LOOK, PART = 0, 1, 2
WEIGHTS = {THING: 3.0, LOOK: 1.5, PART: 0.12}
"""Of mismatches, in the loss. A part's colour fills a few pixels: what cannot be seen shall count for the prompt, so a
mismatch of it weighs a few times less than a match."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Sizes and rates of a training run; `batch` is that of one process."""

    steps: int = 1600
    batch: int = 128
    null_share: float = 1 / 16
    asked: float = 0.6  # share of pictures that were made for a prompt, of the real ones
    wrong_looks: int = 48
    wrong_parts: int = 32
    unknowns: int = 16
    rate: float = 2e-3
    weight_decay: float = 0.05
    warm_up: int = 100
    average: float = 0.995  # of the weights, over the last 40 % of the steps
    width: int = 16  # of the ResNet
    seed: int = 0
    bf16: bool = False  # twice as fast and more on processors that have it; the loss stays in float32


def model_config(vocabulary_size: int, width: int) -> dict[str, Any]:
    """open_clip's description of the model: a small ResNet and a small text tower."""
    return {
        "embed_dim": 128,
        "vision_cfg": {"image_size": 112, "layers": [1, 1, 1, 1], "width": width, "head_width": 32, "patch_size": None},
        "text_cfg": {"context_length": 32, "vocab_size": vocabulary_size, "width": 128, "heads": 4, "layers": 3},
    }


def write_merges(path: Path, world: World, asked: Sequence[str]) -> int:
    """Learns a byte-pair vocabulary from captions, writes it in open_clip's format and returns the number of tokens."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    rng = np.random.default_rng(0)
    looks = [(t, c, NOTHING, NOTHING, NOTHING) for t in range(len(world.things)) for c in range(len(world.colours))]
    corpus = [caption(look, world, rng)[0].lower() for look in looks]
    corpus += [" ".join((*e.also, *NEGATIVES)) for e in world.vocabulary.entries.values()]
    corpus += [unknown(world, rng).lower() for _ in range(2000)]
    corpus += asked
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(vocab_size=MERGES + 80, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    merges = [" ".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]
    data = "\n".join(["#version: 0.2", *merges]).encode()
    path.write_bytes(gzip.compress(data, mtime=0))
    return 2 * 256 + len(merges) + 2


def train(data: Path, recipe: Recipe, start: Path | None = None, processes: int = 2) -> None:
    """Trains on the pictures in `data` and leaves model.pt (averaged weights), merges.txt.gz and config.json there.

    From random weights, or from those of `start`, a model.pt of the same size.
    """
    world = load_world()
    tokens = write_merges(data / "merges.txt.gz", world, json.loads((data / "asked.json").read_text()))
    (data / "config.json").write_text(json.dumps(model_config(tokens, recipe.width), indent=2))
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29511")
    torch.multiprocessing.spawn(_train_rank, args=(processes, data, recipe, start), nprocs=processes)  # type: ignore[no-untyped-call]


def loss_of(
    pictures: Tensor, texts: Tensor, negatives: Tensor, match: Tensor, nearness: Tensor, scale: Tensor, own: Tensor
) -> Tensor:
    """The loss of unit vectors pictures [B, D], texts [T, D], negatives [6, D].

    match [B, T] is 1, 0 or -1 (cannot be said); nearness [B, T] of a mismatch is THING, LOOK or PART, what is wrong
    of it; own [R] are the rows of real pictures, whose captions are the first R texts, in order.
    """
    cosines = pictures @ texts.T  # [B, T]
    logits = scale * cosines
    anchored = logits - torch.logsumexp(scale * (pictures @ negatives.T), dim=1, keepdim=True)
    right, wrong = match == 1, match == 0
    bce = F.softplus(-anchored[right]).mean()
    for kind, weight in WEIGHTS.items():
        if bool((chosen := wrong & (nearness == kind)).any()):
            bce = bce + weight * F.softplus(anchored[chosen]).mean()
    count = len(own)
    index = torch.arange(count)
    diagonal = torch.zeros(len(pictures), texts.shape[0], dtype=torch.bool)
    diagonal[own, index] = True
    usable = logits.masked_fill(~(wrong | diagonal), -torch.inf)
    of_text = F.cross_entropy(usable[own], index)
    of_picture = F.cross_entropy(usable[:, :count].T, own)
    return (of_text + of_picture) / 2 + bce


class Batches:
    """Draws batches of pictures with captions from one process's share of the files, kept in memory."""

    def __init__(self, data: Path, rank: int, world: World, recipe: Recipe, tokenizer: Any) -> None:
        real, nulls = np.load(data / f"pictures-{rank}.npz"), np.load(data / f"nulls-{rank}.npz")
        self._pictures, self._labels = real["pictures"], real["labels"]
        self._asked: list[str] = json.loads((data / "asked.json").read_text())
        self._asked_for, self._plain = (
            np.flatnonzero(kind) for kind in (self._labels[:, 4] >= 0, self._labels[:, 4] < 0)
        )
        self._dice = random.Random(recipe.seed * 2 + rank)
        self._nulls, self._null_labels = nulls["pictures"], nulls["labels"]
        self._world, self._recipe, self._tokenizer = world, recipe, tokenizer
        self._rng = np.random.default_rng((recipe.seed, rank))

    def draw(self) -> tuple[Tensor, Tensor, Tensor, Tensor, int]:
        """uint8 pictures [B, H, W, 3], tokens [T, L], match [B, T], nearness [B, T], and how many are real."""
        rng, recipe = self._rng, self._recipe
        nulls = round(recipe.batch * recipe.null_share)
        real = recipe.batch - nulls
        chosen = np.where(
            rng.random(real) < recipe.asked, rng.choice(self._asked_for, real), rng.choice(self._plain, real)
        )
        empty = rng.integers(len(self._nulls), size=nulls)
        pictures = np.concatenate([self._pictures[chosen], self._nulls[empty]])
        labels = np.concatenate([self._labels[chosen], self._null_labels[empty]])
        rows = [tuple(int(v) for v in row) for row in self._labels[chosen]]
        said = [caption(row, self._world, rng, self._asked) for row in rows]
        said += self._wrong_parts(rows)
        said += [wrong_look(rows[i], self._world, rng) for i in rng.integers(len(rows), size=recipe.wrong_looks)]
        nothing = (UNKNOWN, NOTHING, NOTHING, NOTHING, NOTHING)
        said += [(unknown(self._world, rng), nothing) for _ in range(recipe.unknowns)]
        shown, told = Labels.of([tuple(row) for row in labels]), Labels.of([row for _, row in said])
        match = truth(shown, told, self._world)
        nearness = np.where(shown.thing[:, None] == told.thing[None], LOOK, THING)
        nearness[denied(shown.asked.astype(np.int32))[:, None] == told.asked[None]] = PART
        tokens = self._tokenizer([text for text, _ in said])
        return (
            torch.from_numpy(_soften(pictures, rng)),
            tokens,
            torch.from_numpy(match),
            torch.from_numpy(nearness),
            len(rows),
        )

    def _wrong_parts(self, rows: Sequence[Row]) -> list[tuple[str, Row]]:
        """Prompts of these pictures with the colour of a part changed."""
        found: list[tuple[str, Row]] = []
        for row in rows:
            if row[4] < 0 or len(found) == self._recipe.wrong_parts:
                continue
            if (text := wrong_part(self._asked[row[4]], self._world, self._dice)) is not None:
                found.append((text, (*row[:4], denied(row[4]))))
        return found


def _soften(pictures: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A sixth of the pictures blurred, a sixth a little darker or lighter: other renderers, other lights."""
    pictures = pictures.copy()
    for i in np.flatnonzero(rng.random(len(pictures)) < 1 / 6):
        view = pictures[i].astype(np.float32)
        view = (view + np.roll(view, 1, 0) + np.roll(view, 1, 1) + np.roll(view, (1, 1), (0, 1))) / 4
        pictures[i] = view.astype(np.uint8)
    for i in np.flatnonzero(rng.random(len(pictures)) < 1 / 6):
        view = 255 * (pictures[i] / 255.0) ** rng.uniform(0.8, 1.25)
        pictures[i] = view.astype(np.uint8)
    return pictures


def to_input(pictures: Tensor) -> Tensor:
    """uint8 pictures [B, H, W, 3] as the model takes them: float32 [B, 3, H, W], channels last in memory."""
    values = (pictures.float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
    return values.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def _rate_at(step: int, recipe: Recipe) -> float:
    if step < recipe.warm_up:
        return recipe.rate * (step + 1) / recipe.warm_up
    done = (step - recipe.warm_up) / max(1, recipe.steps - recipe.warm_up)
    return recipe.rate * 0.5 * (1 + math.cos(math.pi * done)) + 1e-6


def _train_rank(rank: int, processes: int, data: Path, recipe: Recipe, start: Path | None) -> None:
    import open_clip

    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=processes)
    torch.manual_seed(recipe.seed)
    config = json.loads((data / "config.json").read_text())
    model = open_clip.CLIP(**config).to(memory_format=torch.channels_last)
    if start:
        model.load_state_dict(torch.load(start, weights_only=True)["state"])
    tokenizer = open_clip.SimpleTokenizer(bpe_path=str(data / "merges.txt.gz"), context_length=32)
    batches = Batches(data, rank, load_world(), recipe, tokenizer)
    negatives = tokenizer(list(NEGATIVES))
    parameters = list(model.parameters())
    optimiser = torch.optim.AdamW(parameters, recipe.rate, weight_decay=recipe.weight_decay)
    averaged = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(recipe.average), use_buffers=True
    )
    started, seen = time.monotonic(), 0
    for step in range(recipe.steps):
        for group in optimiser.param_groups:
            group["lr"] = _rate_at(step, recipe)
        loss = _step(model, batches.draw(), negatives, recipe)
        optimiser.zero_grad()
        loss.backward()
        _share_gradients(parameters, processes)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, math.log(MAX_SCALE))
        if step >= 0.6 * recipe.steps:
            averaged.update_parameters(model)
        seen += recipe.batch * processes
        if rank == 0 and (step % 50 == 0 or step == recipe.steps - 1):
            speed = seen / (time.monotonic() - started)
            scale = model.logit_scale.exp().item()
            print(f"step {step} loss {loss.item():.3f} scale {scale:.1f} {speed:.0f} pictures/s", flush=True)
    if rank == 0:
        state = averaged.module.state_dict()
        torch.save({"state": state, "steps": recipe.steps, "seen": seen}, data / "model.pt")
    dist.destroy_process_group()


def _step(model: Any, batch: tuple[Tensor, Tensor, Tensor, Tensor, int], negatives: Tensor, recipe: Recipe) -> Tensor:
    pictures, tokens, match, nearness, real = batch
    with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bf16):
        texts = model.encode_text(torch.cat([tokens, negatives]))
        seen = model.encode_image(to_input(pictures))
    texts, seen = F.normalize(texts.float(), dim=-1), F.normalize(seen.float(), dim=-1)
    count, own = len(tokens), torch.arange(real)
    return loss_of(seen, texts[:count], texts[count:], match, nearness, model.logit_scale.exp(), own)


def _share_gradients(parameters: list[torch.nn.Parameter], processes: int) -> None:
    flat = torch.cat([p.grad.flatten() for p in parameters if p.grad is not None])
    dist.all_reduce(flat)
    flat /= processes
    start = 0
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad.copy_(flat[start : start + parameter.numel()].view_as(parameter))
            start += parameter.numel()
