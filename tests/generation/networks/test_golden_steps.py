"""One step of score distillation and the four-view sampler against the reference's numbers; the tokens."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from generation.networks import four_views, schedule
from generation.networks.cameras import mvdream_cameras
from generation.networks.checkpoints import WeightsUnusable
from generation.networks.diffusion import Condition
from generation.networks.distillation import distillation_loss
from generation.networks.text import Tokenizer


def largest(difference: torch.Tensor) -> float:
    return float(difference.abs().max())


def relative(got: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((got - wanted).norm() / wanted.norm())


def both(g) -> torch.Tensor:
    return torch.cat([g["context_neg"], g["context_pos"]])


def test_one_step_of_distillation(golden, mvdream) -> None:
    g = golden("", "mvdream_sds")
    cameras, t = mvdream_cameras(g["poses_opengl"]), int(g["t"])
    condition = Condition(both(g), cameras, float(g["guidance_scale"]))
    noisy = schedule.add_noise(g["latents"], g["noise"], mvdream.alphas[t])
    without, with_prompt = mvdream.predict(noisy, t, condition)
    latents = g["latents"].clone().requires_grad_()
    loss = distillation_loss(mvdream, latents, g["noise"], t, condition)
    loss.backward()

    assert largest(cameras - g["unet_camera"]) <= 1e-6
    assert largest(noisy - g["latents_noisy"]) <= 1e-5
    assert largest(without - g["eps_uncond"]) <= 1e-4
    assert largest(with_prompt - g["eps_cond"]) <= 1e-4
    assert float(loss.detach()) == pytest.approx(float(g["loss"]), rel=1e-5)
    assert latents.grad is not None
    assert relative(latents.grad, g["grad_latents"]) <= 1e-4


@pytest.mark.parametrize("t", [980, 630, 20])
def test_the_gradient_over_the_whole_schedule(golden, mvdream, mvdream_unet, t: int) -> None:
    """Against the definition, written out in float64: both predictions by calls of their own, no loss, no autograd."""
    g = golden("", "mvdream_sds")
    cameras, times = mvdream_cameras(g["poses_opengl"]), torch.full((4,), t)
    betas = np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2
    alpha = float(np.cumprod(1 - betas)[t])
    noisy = (alpha**0.5 * g["latents"].double() + (1 - alpha) ** 0.5 * g["noise"].double()).float()
    without, with_prompt = (
        mvdream_unet(noisy, times, g[name].repeat_interleave(4, dim=0), class_labels=cameras).sample.double()
        for name in ("context_neg", "context_pos")
    )
    wanted = (without + 100 * (with_prompt - without) - g["noise"].double()) / 4

    latents = g["latents"].clone().requires_grad_()
    distillation_loss(mvdream, latents, g["noise"], t, Condition(both(g), cameras, 100.0)).backward()
    assert latents.grad is not None
    assert relative(latents.grad.double(), wanted) <= 1e-4


def test_a_step_that_is_not_finite_has_no_gradient(golden, mvdream) -> None:
    g = golden("", "mvdream_sds")
    condition = Condition(both(g) * float("nan"), mvdream_cameras(g["poses_opengl"]), 100.0)
    latents = g["latents"].clone().requires_grad_()
    distillation_loss(mvdream, latents, g["noise"], 500, condition).backward()
    assert latents.grad is not None
    assert float(latents.grad.abs().max()) == 0


def test_a_step_is_weighted_by_its_noise(golden, mvdream) -> None:
    g = golden("", "mvdream_sds")
    condition = Condition(both(g), mvdream_cameras(g["poses_opengl"]), 100.0)
    gradients = []
    for weighted in (False, True):
        latents = g["latents"].clone().requires_grad_()
        distillation_loss(mvdream, latents, g["noise"], int(g["t"]), condition, weighted=weighted).backward()
        gradients.append(latents.grad)
    assert relative(gradients[1], (1 - mvdream.alphas[int(g["t"])]) * gradients[0]) <= 1e-5


def test_the_sampler(golden, mvdream) -> None:
    g = golden("", "mvdream_sampler")
    cameras = four_views.view_cameras(-float(g["elevation"]), torch.device("cpu"))  # LGM's sign
    condition = Condition(both(g), cameras, float(g["guidance_scale"]))
    steps, seen = int(g["num_steps"]), []
    assert schedule.ddim_timesteps(steps) == g["timesteps"].tolist()
    assert largest(cameras - g["camera"]) <= 1e-6
    final = four_views.denoise(mvdream, g["initial_latents"], condition, steps, seen.append)
    assert relative(final, g["final_latents"]) <= 1e-4
    assert seen == [1, 2, 3, 4, 5]


def test_the_first_step_of_the_sampler(golden, mvdream) -> None:
    g = golden("", "mvdream_sampler")
    condition = Condition(both(g), g["camera"], float(g["guidance_scale"]))
    noise = schedule.apply_guidance(*mvdream.predict(g["initial_latents"], 801, condition), condition.scale)
    first = schedule.ddim_step(g["initial_latents"], noise, mvdream.alphas[801], mvdream.alphas[601])
    assert relative(first, g["first_step_latents"]) <= 1e-4


def test_thirty_steps_begin_at_958() -> None:
    assert schedule.ddim_timesteps(30)[:2] == [958, 925]
    assert len(schedule.ddim_timesteps(30)) == 30
    with pytest.raises(ValueError, match="1 to 1000"):
        schedule.ddim_timesteps(0)


def clip_vocabulary(folder: Path) -> tuple[Path, Path]:
    """CLIP's vocab.json and merges.txt, from the list that open_clip brings."""
    spec = importlib.util.find_spec("open_clip")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    packed = Path(spec.submodule_search_locations[0]) / "bpe_simple_vocab_16e6.txt.gz"
    merges = gzip.decompress(packed.read_bytes()).decode().split("\n")[1 : 49152 - 256 - 2 + 1]
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [256 + n for n in range(256 - len(printable))]
    letters = [chr(code) for code in (*printable, *others)]
    words = [*letters, *(f"{x}</w>" for x in letters), *("".join(line.split()) for line in merges)]
    words += ["<|startoftext|>", "<|endoftext|>"]
    vocab, pairs = folder / "vocab.json", folder / "merges.txt"
    vocab.write_text(json.dumps({word: i for i, word in enumerate(words)}), encoding="utf-8")
    pairs.write_text("\n".join(["#version: 0.2", *merges]), encoding="utf-8")
    return vocab, pairs


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return Tokenizer(*clip_vocabulary(tmp_path_factory.mktemp("clip")))


def test_the_tokens(root, tokenizer) -> None:
    examples = json.loads((root / "tests/golden/tokens.json").read_text())
    ids = tokenizer([example["prompt"] for example in examples])
    assert ids.tolist() == [example["token_ids"] for example in examples]


def test_a_long_prompt_keeps_its_end_token(tokenizer) -> None:
    (row,) = tokenizer(["donut " * 100]).tolist()
    assert (len(row), row[0], row[-1]) == (77, 49406, 49407)


def test_an_exclamation_mark_is_read_although_it_is_the_padding(tokenizer) -> None:
    (row,) = tokenizer(["a donut !"]).tolist()
    assert row[:5] == [49406, 320, 18471, 256, 49407]


def test_an_invalid_vocabulary_is_refused(tmp_path) -> None:
    (tmp_path / "vocab.json").write_text("{")
    (tmp_path / "merges.txt").write_text("#version\n")
    with pytest.raises(WeightsUnusable, match="are not a valid tokenizer"):
        Tokenizer(tmp_path / "vocab.json", tmp_path / "merges.txt")
