"""The model, the loss and the training loop: InfoNCE plus the scorer's own formula, in two one-thread processes.

The loss is InfoNCE (Radford et al. 2021, section 2.3) plus a binary cross-entropy on the logit of the probability that
the scorer computes,

    z = s·cos(image, caption) - log Σ_j exp(s·cos(image, negative_j)),

which makes the six negatives the threshold between right and wrong. Pairs that may be either are left out of both
terms.
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

from tools.scorer_training.captions import (
    UNKNOWN_OBJECT,
    UNSPECIFIED,
    LabelRow,
    Labels,
    has_wrong_part,
    make_caption,
    make_other_look_caption,
    make_unknown_caption,
    match_captions,
    wrong_part_label,
)
from tools.scorer_training.prompts import recolour_part
from tools.scorer_training.world import World, load_world

NEGATIVES = ("empty", "nothing", "false", "wrong", "negative", "not quite right")
MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
MERGES = 1800
MAX_SCALE = 60.0
WRONG_OBJECT, WRONG_LOOK, WRONG_PART = 0, 1, 2
MISMATCH_WEIGHTS = {WRONG_OBJECT: 3.0, WRONG_LOOK: 1.5, WRONG_PART: 0.12}
"""Weights in the loss; that of a match is 1. A part's colour fills only a few pixels, and where the model cannot see it
should favour the prompt, so a wrong part weighs several times less than a match."""


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """Sizes and rates of a training run. `batch` and the numbers of captions are those of one process and step."""

    steps: int = 1600
    batch: int = 128
    null_share: float = 1 / 16  # of a batch: images of nothing
    prompt_share: float = 0.6  # of the other images: those made for a prompt
    other_looks: int = 48  # captions of the same object in another look
    wrong_parts: int = 32  # prompts with a part in a wrong colour, at most
    unknowns: int = 16  # captions of unknown objects
    rate: float = 2e-3  # learning rate after the warm-up; cosine decay
    weight_decay: float = 0.05
    warmup_steps: int = 100
    ema_decay: float = 0.995  # of the averaged weights, over the last 40 % of the steps
    width: int = 16  # of the ResNet
    seed: int = 0
    bf16: bool = False  # more than twice as fast on processors that have it; the loss stays in float32


def model_config(vocabulary_size: int, width: int) -> dict[str, Any]:
    """Return open_clip's configuration of the model: a small ResNet and a small text transformer."""
    return {
        "embed_dim": 128,
        "vision_cfg": {"image_size": 112, "layers": [1, 1, 1, 1], "width": width, "head_width": 32, "patch_size": None},
        "text_cfg": {"context_length": 32, "vocab_size": vocabulary_size, "width": 128, "heads": 4, "layers": 3},
    }


def write_merges(path: Path, world: World, prompts: Sequence[str]) -> int:
    """Learn byte-pair merges from captions, write them in open_clip's format and return the vocabulary's size."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    rng = np.random.default_rng(0)
    looks = [
        (o, c, UNSPECIFIED, UNSPECIFIED, UNSPECIFIED)
        for o in range(len(world.objects))
        for c in range(len(world.colours))
    ]
    corpus = [make_caption(look, world, rng)[0].lower() for look in looks]
    corpus += [" ".join((*entry.also, *NEGATIVES)) for entry in world.vocabulary.entries.values()]
    corpus += [make_unknown_caption(world, rng).lower() for _ in range(2000)]
    corpus += prompts
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(vocab_size=MERGES + 80, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    merges = [" ".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]
    data = "\n".join(["#version: 0.2", *merges]).encode()
    path.write_bytes(gzip.compress(data, mtime=0))
    return 2 * 256 + len(merges) + 2


def train(data: Path, options: TrainingOptions, start: Path | None = None, processes: int = 2) -> None:
    """Train on the images in the folder `data`, and write model.pt (averaged weights), merges.txt.gz and config.json.

    The weights start random, or as those in `start`, a model.pt of the same size.
    """
    world = load_world()
    tokens = write_merges(data / "merges.txt.gz", world, json.loads((data / "asked.json").read_text()))
    (data / "config.json").write_text(json.dumps(model_config(tokens, options.width), indent=2))
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29511")
    torch.multiprocessing.spawn(_train_rank, args=(processes, data, options, start), nprocs=processes)  # type: ignore[no-untyped-call]


def contrastive_loss(
    images: Tensor, texts: Tensor, negatives: Tensor, match: Tensor, mismatch: Tensor, scale: Tensor, rows: Tensor
) -> Tensor:
    """Return the loss of the unit vectors images [B, D], texts [T, D] and negatives [6, D].

    match [B, T]: 1 right, 0 wrong, -1 uncertain. mismatch [B, T]: WRONG_OBJECT, WRONG_LOOK or WRONG_PART.
    rows [R]: the images with a caption of their own; those captions are the first R texts, in the same order.
    """
    cosines = images @ texts.T  # [B, T]
    logits = scale * cosines
    # Binary cross-entropy against the negatives.
    anchored = logits - torch.logsumexp(scale * (images @ negatives.T), dim=1, keepdim=True)
    right, wrong = match == 1, match == 0
    bce = F.softplus(-anchored[right]).mean()
    for kind, weight in MISMATCH_WEIGHTS.items():
        if bool((chosen := wrong & (mismatch == kind)).any()):
            bce = bce + weight * F.softplus(anchored[chosen]).mean()
    # InfoNCE in both directions, over each image's own caption and those that are certainly wrong.
    count = len(rows)
    index = torch.arange(count)
    own = torch.zeros(len(images), texts.shape[0], dtype=torch.bool)
    own[rows, index] = True
    usable = logits.masked_fill(~(wrong | own), -torch.inf)
    to_text = F.cross_entropy(usable[rows], index)
    to_image = F.cross_entropy(usable[:, :count].T, rows)
    return (to_text + to_image) / 2 + bce


@dataclass(frozen=True, slots=True)
class Batch:
    """Images uint8 [B, H, W, 3], tokens [T, L], and `match` and `mismatch` [B, T] as `contrastive_loss` takes them.

    The first `captioned` images and texts belong together.
    """

    images: Tensor
    tokens: Tensor
    match: Tensor
    mismatch: Tensor
    captioned: int


class Batches:
    """Draws batches of images with captions from one process's files, which are kept in memory."""

    def __init__(self, data: Path, rank: int, world: World, options: TrainingOptions, tokenizer: Any) -> None:
        objects, nulls = np.load(data / f"images-{rank}.npz"), np.load(data / f"nulls-{rank}.npz")
        self._images, self._labels = objects["images"], objects["labels"]
        self._null_images, self._null_labels = nulls["images"], nulls["labels"]
        self._prompts: list[str] = json.loads((data / "asked.json").read_text())
        self._prompted = np.flatnonzero(self._labels[:, 4] >= 0)
        self._plain = np.flatnonzero(self._labels[:, 4] < 0)
        self._world, self._options, self._tokenizer = world, options, tokenizer
        self._rng = np.random.default_rng((options.seed, rank))
        self._part_rng = random.Random(options.seed * 2 + rank)

    def draw(self) -> Batch:
        """Draw the next batch."""
        rng, options = self._rng, self._options
        null_count = round(options.batch * options.null_share)
        count = options.batch - null_count
        # Images
        chosen = np.where(
            rng.random(count) < options.prompt_share, rng.choice(self._prompted, count), rng.choice(self._plain, count)
        )
        chosen_nulls = rng.integers(len(self._null_images), size=null_count)
        images = np.concatenate([self._images[chosen], self._null_images[chosen_nulls]])
        shown = np.concatenate([self._labels[chosen], self._null_labels[chosen_nulls]])
        # Captions: a true one for each object, then wrong ones
        rows = [tuple(int(v) for v in row) for row in self._labels[chosen]]
        captions = [make_caption(row, self._world, rng, self._prompts) for row in rows]
        captions += self._wrong_parts(rows)
        captions += [
            make_other_look_caption(rows[i], self._world, rng)
            for i in rng.integers(len(rows), size=options.other_looks)
        ]
        unknown = (UNKNOWN_OBJECT, UNSPECIFIED, UNSPECIFIED, UNSPECIFIED, UNSPECIFIED)
        captions += [(make_unknown_caption(self._world, rng), unknown) for _ in range(options.unknowns)]
        # Which caption is true of which image
        image_labels = Labels.from_rows([tuple(row) for row in shown])
        caption_labels = Labels.from_rows([row for _, row in captions])
        match = match_captions(image_labels, caption_labels, self._world)
        same_object = image_labels.objects[:, None] == caption_labels.objects[None]
        mismatch = np.where(same_object, WRONG_LOOK, WRONG_OBJECT)
        mismatch[has_wrong_part(image_labels, caption_labels)] = WRONG_PART
        tokens = self._tokenizer([text for text, _ in captions])
        return Batch(
            torch.from_numpy(_augment(images, rng)),
            tokens,
            torch.from_numpy(match),
            torch.from_numpy(mismatch),
            len(rows),
        )

    def _wrong_parts(self, rows: Sequence[LabelRow]) -> list[tuple[str, LabelRow]]:
        """Return the prompts of these images with the colour of a part changed, as many as the options allow."""
        captions: list[tuple[str, LabelRow]] = []
        for row in rows:
            if row[4] < 0 or len(captions) == self._options.wrong_parts:
                continue
            if (text := recolour_part(self._prompts[row[4]], self._world, self._part_rng)) is not None:
                captions.append((text, (*row[:4], wrong_part_label(row[4]))))
        return captions


def _augment(images: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Blur a sixth of the images and darken or lighten a sixth, to imitate other renderers and other lights."""
    images = images.copy()
    for i in np.flatnonzero(rng.random(len(images)) < 1 / 6):
        view = images[i].astype(np.float32)
        view = (view + np.roll(view, 1, 0) + np.roll(view, 1, 1) + np.roll(view, (1, 1), (0, 1))) / 4
        images[i] = view.astype(np.uint8)
    for i in np.flatnonzero(rng.random(len(images)) < 1 / 6):
        view = 255 * (images[i] / 255.0) ** rng.uniform(0.8, 1.25)
        images[i] = view.astype(np.uint8)
    return images


def preprocess(images: Tensor) -> Tensor:
    """Convert images uint8 [B, H, W, 3] to the model's input float32 [B, 3, H, W], channels last in memory."""
    values = (images.float() / 255 - torch.tensor(MEAN)) / torch.tensor(STD)
    return values.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def _learning_rate(step: int, options: TrainingOptions) -> float:
    if step < options.warmup_steps:
        return options.rate * (step + 1) / options.warmup_steps
    done = (step - options.warmup_steps) / max(1, options.steps - options.warmup_steps)
    return options.rate * 0.5 * (1 + math.cos(math.pi * done)) + 1e-6


def _train_rank(rank: int, processes: int, data: Path, options: TrainingOptions, start: Path | None) -> None:
    import open_clip

    # Set-up, the same in every process but for the images
    torch.set_num_threads(1)
    dist.init_process_group("gloo", rank=rank, world_size=processes)
    torch.manual_seed(options.seed)
    config = json.loads((data / "config.json").read_text())
    model = open_clip.CLIP(**config).to(memory_format=torch.channels_last)
    if start:
        model.load_state_dict(torch.load(start, weights_only=True)["state"])
    tokenizer = open_clip.SimpleTokenizer(bpe_path=str(data / "merges.txt.gz"), context_length=32)
    batches = Batches(data, rank, load_world(), options, tokenizer)
    negatives = tokenizer(list(NEGATIVES))
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(parameters, options.rate, weight_decay=options.weight_decay)
    averaged = torch.optim.swa_utils.AveragedModel(
        model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(options.ema_decay), use_buffers=True
    )
    # Training
    started, seen = time.monotonic(), 0
    for step in range(options.steps):
        for group in optimizer.param_groups:
            group["lr"] = _learning_rate(step, options)
        loss = _batch_loss(model, batches.draw(), negatives, options)
        optimizer.zero_grad()
        loss.backward()
        _average_gradients(parameters, processes)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, math.log(MAX_SCALE))
        if step >= 0.6 * options.steps:
            averaged.update_parameters(model)
        seen += options.batch * processes
        if rank == 0 and (step % 50 == 0 or step == options.steps - 1):
            speed = seen / (time.monotonic() - started)
            scale = model.logit_scale.exp().item()
            print(f"step {step} loss {loss.item():.3f} scale {scale:.1f} {speed:.0f} images/s", flush=True)
    # Result
    if rank == 0:
        state = averaged.module.state_dict()
        torch.save({"state": state, "steps": options.steps, "seen": seen}, data / "model.pt")
    dist.destroy_process_group()


def _batch_loss(model: Any, batch: Batch, negatives: Tensor, options: TrainingOptions) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
        texts = model.encode_text(torch.cat([batch.tokens, negatives]))
        images = model.encode_image(preprocess(batch.images))
    texts, images = F.normalize(texts.float(), dim=-1), F.normalize(images.float(), dim=-1)
    count, rows = len(batch.tokens), torch.arange(batch.captioned)
    scale = model.logit_scale.exp()
    return contrastive_loss(images, texts[:count], texts[count:], batch.match, batch.mismatch, scale, rows)


def _average_gradients(parameters: list[torch.nn.Parameter], processes: int) -> None:
    """Replace the gradients with their mean over all processes."""
    flat = torch.cat([p.grad.flatten() for p in parameters if p.grad is not None])
    dist.all_reduce(flat)
    flat /= processes
    start = 0
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.grad.copy_(flat[start : start + parameter.numel()].view_as(parameter))
            start += parameter.numel()
