"""Time the learned generators on a GPU, with full-size networks of random values, which do not affect the speed.

python -m benchmarks.learned [--steps 50] [--rounds 3]    prints Markdown tables; medians
python -m benchmarks.learned --tiny     the same on the CPU with tiny networks, as a rehearsal
python -m benchmarks.learned --load     one strict load of full-size files with the released names

The floor of a step is the arithmetic of its networks alone, 3.82 TFLOP (denoiser 1.45, its joint attention 0.18, the
encoder with gradient 2.19), at 700 TFLOP/s of dense float16: 5.5 ms on an H100 or H200.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.render import shell
from generation.backends.guided.distil import Distillation
from generation.backends.guided.guidance import Views
from generation.backends.guided.load import GuidedGenerator, GuidedOptions
from generation.backends.learned import WeightFiles
from generation.backends.lgm import LgmGenerator, LgmOptions
from generation.backends.trellis.generator import TrellisGenerator
from generation.backends.trellis.load import cached_texts
from generation.backends.trellis.options import TrellisOptions
from generation.networks import checkpoints, lgm, matting
from generation.networks.autoencoder import make_vae
from generation.networks.cameras import orbit_poses
from generation.networks.diffusion import SIZES, LatentDiffusion, compile_networks, load_diffusion
from generation.networks.schedule import alphas_cumprod
from generation.networks.text import Tokenizer, make_text_encoder
from generation.networks.trellis.args import (
    GaussianDecoderArgs,
    LatentFlowArgs,
    StructureDecoderArgs,
    StructureFlowArgs,
    TextArgs,
    parse_args,
)
from generation.networks.trellis.compiling import compile_networks as compile_trellis
from generation.networks.trellis.gaussians import GaussianDecoder
from generation.networks.trellis.latents import LatentFlow
from generation.networks.trellis.pipeline import StructureStage, Trellis
from generation.networks.trellis.pipeline import load_network as load_trellis_network
from generation.networks.trellis.structure import StructureDecoder, StructureFlow
from generation.networks.trellis.text import make_text_encoder as make_clip_text
from generation.networks.unet import make_unet
from generation.settings import GenerationConfig
from generation.weights import read_table
from mocks.tiny_weights import write_letters, write_tiny_weights
from serving.arguments import COUNT, FlagParser
from serving.settings import read_yaml
from splats.camera import orbit
from splats.render import render, renderer_name

FLOOR_TFLOP, FLOOR_TFLOP_S = 3.82, 700
TRELLIS_FLOOR_TFLOP, TRELLIS_VOXELS = 761, 20_000
"""Of xlarge: 25 + 25 steps, 40 calls of each flow."""
CLIP_TEXT = TextArgs(hidden_size=768, intermediate_size=3072, num_attention_heads=12)
TRELLIS_NETWORKS: dict[str, tuple[Any, Any]] = {
    "SparseStructureFlowModel": (StructureFlow, StructureFlowArgs),
    "SparseStructureDecoder": (StructureDecoder, StructureDecoderArgs),
    "SLatFlowModel": (LatentFlow, LatentFlowArgs),
    "SLatGaussianDecoder": (GaussianDecoder, GaussianDecoderArgs),
}
CONFIGS = Path(__file__).resolve().parent.parent / "generation/configs"
GOLDEN = Path(__file__).resolve().parent.parent / "tests/golden"
PROMPT = "pink bicycle"


def main() -> None:
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=COUNT, default=50, help="steps of distillation per figure")
    parser.add_argument("--rounds", type=COUNT, default=3)
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--load", action="store_true")
    args = parser.parse_args()
    if args.load:
        load_full_size()
        return
    device = torch.device("cpu" if args.tiny else "cuda")
    if not args.tiny and not torch.cuda.is_available():
        sys.exit("benchmarks.learned: no CUDA device; --tiny rehearses on the CPU")
    steps, rounds = (2, 1) if args.tiny else (args.steps, args.rounds)
    card = "CPU, tiny networks" if args.tiny else torch.cuda.get_device_name()
    print(f"`python -m benchmarks.learned{' --tiny' * args.tiny}`: {card}, {renderer_name(device)}\n")
    if not args.tiny:
        print(f"compiling gsplat's kernels: {extension_build_s():.0f} s\n")
    time_steps(device, steps, tiny=args.tiny)
    time_jobs(device, rounds, tiny=args.tiny)
    time_trellis(device, rounds, tiny=args.tiny)
    compare_renderers(device)


def random_model(device: torch.device, dtype: torch.dtype, *, tiny: bool) -> LatentDiffusion:
    """Return MVDream with its initial random values."""
    size = SIZES["mvdream-tiny" if tiny else "mvdream-sd21"]
    with tempfile.TemporaryDirectory() as folder:
        names = write_letters(Path(folder))
        tokenizer = Tokenizer(Path(folder) / names["vocab"], Path(folder) / names["merges"])
    unet, vae, text = (
        with_random_values(make, dtype, device)
        for make in (
            partial(make_unet, size.unet, size.views),
            partial(make_vae, size.vae),
            partial(make_text_encoder, size.text),
        )
    )
    unet, vae = unet.to(memory_format=torch.channels_last), vae.to(memory_format=torch.channels_last)
    return LatentDiffusion(size, unet, vae, text, tokenizer, device, dtype, alphas_cumprod(device))


def with_random_values(make: Callable[[], Any], dtype: torch.dtype, device: torch.device) -> Any:
    """Create a network with its initial values, loaded in the same way as released weights."""
    with device:
        values = make().state_dict()
    return checkpoints.load_network(make, values, dtype, device)


def four_views(device: torch.device, px: int) -> Views:
    """Return the views of one step."""
    azimuths, elevations = (0.0, 90.0, 180.0, 270.0), (10.0,) * 4
    cameras = orbit(azimuths, elevations, radius=3.5, width=px, height=px).to(device)
    return Views(cameras, azimuths, elevations, torch.ones(3, device=device))


def time_steps(device: torch.device, steps: int, *, tiny: bool) -> None:
    """Time the guidance alone: encode four images, run the denoiser, compute the gradient."""
    print("| one step of distillation, MVDream | ms | share of the floor | ratio to fp32 eager | peak VRAM, MiB |")
    print("|---|---|---|---|---|")
    floor_ms = 1000 * FLOOR_TFLOP / FLOOR_TFLOP_S
    variants = [("float32, eager", torch.float32, False), ("float16, eager", torch.float16, False)]
    variants += [] if tiny else [("float16, compiled", torch.float16, True)]
    plain_ms = 0.0
    for label, dtype, compiled in variants:
        model = random_model(device, dtype, tiny=tiny)
        reset_memory(device)
        if compiled:
            compile_networks(model)
        taken_ms = 1000 * seconds_per_step(model, steps)
        plain_ms = plain_ms or taken_ms
        share = "not measured" if tiny else f"{floor_ms / taken_ms:.0%}"
        print(f"| {label} | {taken_ms:.1f} | {share} | {plain_ms / taken_ms:.1f} | {peak_mib(device)} |")
        del model
    print()


def seconds_per_step(model: LatentDiffusion, steps: int) -> float:
    """Return the mean over `steps` after three to warm up, synchronising only at both ends."""
    guide = Distillation(model, scale=100.0, negative="").prepare(PROMPT)
    views, noise = four_views(model.device, 256), torch.Generator(model.device).manual_seed(0)
    images = torch.rand(4, 256, 256, 3, device=model.device, requires_grad=True)
    for _ in range(3):
        guide(images, views, 500, noise).backward()
    wait(model.device)
    started = time.perf_counter()
    for _ in range(steps):
        guide(images, views, 500, noise).backward()
    wait(model.device)
    return (time.perf_counter() - started) / steps


def time_jobs(device: torch.device, rounds: int, *, tiny: bool) -> None:
    """Time whole generations, warm, from a prompt to splats."""
    print("| prompt to splats, warm | splats | aim, s | median s | peak VRAM, MiB |")
    print("|---|---|---|---|---|")
    dtypes = [torch.float32] if tiny else [torch.float32, torch.float16]
    for dtype in dtypes:
        for label, aim, make in (("LGM", "2", lgm_generator), ("guided, 1000 steps", "15", guided_generator)):
            pipeline = make(random_model(device, dtype, tiny=tiny), tiny=tiny)
            reset_memory(device)
            count = len(pipeline(PROMPT, 0, lambda _: None).splats)
            times = [seconds_of(partial(pipeline, PROMPT, seed, lambda _: None), device) for seed in range(rounds)]
            name = f"{label}, {str(dtype).removeprefix('torch.')}"
            print(f"| {name} | {count:,} | {aim} | {statistics.median(times):.2f} | {peak_mib(device)} |")
            del pipeline
    print()


def time_trellis(device: torch.device, rounds: int, *, tiny: bool) -> None:
    """Time TRELLIS, warm, from a prompt to splats, on a structure of TRELLIS_VOXELS."""
    print("| TRELLIS, 25 + 25 steps | s, warm | share of the floor | ratio to fp32 eager | peak VRAM, MiB | splats |")
    print("|---|---|---|---|---|---|")
    variants = [("float32, eager", torch.float32, False), ("float16, eager", torch.float16, False)]
    plain_s = 0.0
    for label, dtype, compiled in variants[:1] if tiny else [*variants, ("float16, compiled", torch.float16, True)]:
        generator = trellis_generator(device, dtype, tiny=tiny)
        if compiled:
            compile_trellis(generator.model)
        reset_memory(device)
        count = len(generator(PROMPT, 0, lambda _: None).splats)
        taken_s = statistics.median(
            seconds_of(partial(generator, PROMPT, seed, lambda _: None), device) for seed in range(rounds)
        )
        plain_s = plain_s or taken_s
        share = "not measured" if tiny else f"{TRELLIS_FLOOR_TFLOP / FLOOR_TFLOP_S / taken_s:.0%}"
        print(f"| {label} | {taken_s:.2f} | {share} | {plain_s / taken_s:.1f} | {peak_mib(device)} | {count:,} |")
        del generator
    print()


@dataclass(frozen=True)
class _Occupied(StructureStage):
    """A structure stage that runs, but whose voxels are always the same: random weights would fill half of the cube."""

    voxels: int

    def logits(self, z: torch.Tensor) -> torch.Tensor:
        logits = super().logits(z)
        side = logits.shape[-1]
        axes = [torch.arange(side, device=z.device) + 0.5 - side / 2] * 3
        distance = torch.stack(torch.meshgrid(*axes, indexing="ij")).square().sum(dim=0).sqrt()
        radius = 0.44 * side
        thickness = self.voxels / (4 * torch.pi * radius**2)
        return torch.nan_to_num(0 * logits) + (thickness / 2 - (distance - radius).abs())


def trellis_generator(device: torch.device, dtype: torch.dtype, *, tiny: bool) -> TrellisGenerator:
    """Build the pipeline of generation/configs/trellis.yaml with xlarge's sizes and random values."""
    options = TrellisOptions.model_validate(read_yaml(CONFIGS / "trellis.yaml", GenerationConfig).options)
    with tempfile.TemporaryDirectory() as folder:
        table = read_table(write_tiny_weights(Path(folder)))
        names = [options.trellis, options.decoders, options.text_encoder, options.tokenizer]
        files = WeightFiles(table, names, str(device), "float32", offline=True)
        model, sampling = files.trellis_model(*names)
    if not tiny:
        flow, latents, decoder, gaussians = (
            random_released(stem, dtype, device)
            for stem in (
                "ss_flow_txt_dit_XL_16l8_fp16",
                "slat_flow_txt_dit_XL_64l8p2_fp16",
                "ss_dec_conv3d_16l8_fp16",
                "slat_dec_gs_swin8_B_64l8gs32_fp16",
            )
        )
        text = with_random_values(partial(make_clip_text, CLIP_TEXT), torch.float32, device)
        model = Trellis(
            _Occupied(flow, decoder, TRELLIS_VOXELS),
            latents,
            gaussians,
            sampling.latent_scale,
            model.tokenizer,
            text,
            device,
        )
    structure, latent = options.structure.applied_to(sampling.structure), options.latents.applied_to(sampling.latents)
    return TrellisGenerator(options, model, cached_texts(model.embed), structure, latent)


def random_released(stem: str, dtype: torch.dtype, device: torch.device) -> Any:
    """Create a full-size network of TRELLIS with its initial values, from the list of its released tensors."""
    described = json.loads((GOLDEN / f"trellis_{stem}_state_dict.json").read_text())
    network, kind = TRELLIS_NETWORKS[described["class"]]
    args = parse_args({"name": described["class"], "args": described["args"]}, kind, stem)
    with device:
        values = network(args).state_dict()
    return load_trellis_network(partial(network, args), values, dtype, device)


def lgm_generator(model: LatentDiffusion, *, tiny: bool) -> LgmGenerator:
    """Build the pipeline of generation/configs/lgm.yaml."""
    options = LgmOptions.model_validate(read_yaml(CONFIGS / "lgm.yaml", GenerationConfig).options)
    with model.device:
        network = lgm.Lgm(lgm.SIZES["lgm-tiny" if tiny else "lgm-big"]).to(model.dtype)
        mask = matting.Matting(matting.SIZES["u2net-tiny" if tiny else "u2net"])
        network.conv.bias[3] += 2  # visible, regardless of the other values
    rays = lgm.pluecker_rays(orbit_poses((0, 90, 180, 270), [0.0] * 4, lgm.RADIUS), network.input_px).to(model.device)
    return LgmGenerator(options, model, partial(matting.object_masks, mask), network, rays)


def guided_generator(model: LatentDiffusion, *, tiny: bool) -> GuidedGenerator:
    """Build the pipeline of generation/configs/text_mv.yaml, with fixed opacities and scales.

    The gradients of random networks have no lasting direction: every splat would fade or swell and be dropped, and most
    steps would render nothing. With these fixed, the number of splats only grows, up to its limit.
    """
    given = dict(read_yaml(CONFIGS / "text_mv.yaml", GenerationConfig).options)
    numbers = given["optimisation"]
    held = {"rates": {**numbers["rates"], **dict.fromkeys(("opacity", "scale"), 1e-9)}}
    held["growing"] = {**numbers["growing"], "drop_fainter": 0, "reset_every": 0}
    given["optimisation"] = {**numbers, **held, **({"steps": 2} if tiny else {})}
    options = GuidedOptions.model_validate(given)
    guidance = Distillation(model, scale=options.guidance, negative=options.negative)
    return GuidedGenerator(options, guidance)


def compare_renderers(device: torch.device) -> None:
    """Compare the device's renderer with the oracle."""
    splats = shell(2_000).to(device)
    cameras = four_views(device, 128).cameras
    started = time.perf_counter()
    fast = render(splats, cameras).images
    wait(device)
    took_ms = 1000 * (time.perf_counter() - started)
    difference = (fast.cpu() - render(splats.to("cpu"), cameras.to("cpu"), renderer="torch").images).abs()
    print("| renderer | 4 views of 2,000 splats at 128², ms | largest difference to the oracle | mean |")
    print("|---|---|---|---|")
    print(
        f"| {renderer_name(device)} | {took_ms:.1f} | {float(difference.max()):.1e} | {float(difference.mean()):.1e} |"
    )


def extension_build_s() -> float:
    """Return the seconds to compile gsplat's kernels in a separate process, into an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        code = "from splats.render import warm_up; warm_up('cuda')"
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "TORCH_EXTENSIONS_DIR": folder}, check=True)
        return time.perf_counter() - started


def load_full_size() -> None:
    """Load half-precision files with the released names and shapes strictly into float16 on the CPU."""
    print("| strict load, full size | tensors | values | file, MiB | s | peak memory so far, MiB |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        letters = write_letters(folder)
        tokenizer = Tokenizer(folder / letters["vocab"], folder / letters["merges"])
        place = {"dtype": torch.float16, "device": torch.device("cpu")}

        def mvdream(path: Path) -> list[torch.nn.Module]:
            model = load_diffusion(SIZES["mvdream-sd21"], {"checkpoint": path}, tokenizer, **place)
            return [model.unet, model.vae, model.text_encoder]

        def big(path: Path) -> list[torch.nn.Module]:
            return [
                checkpoints.load_network(lambda: lgm.Lgm(lgm.SIZES["lgm-big"]), checkpoints.read_state(path), **place)
            ]

        lists = ["mvdream_sd21_unet_state_dict", "mvdream_sd21_other_state_dict"]
        for label, keys, load in (("sd-v2.1-base-4view.pt", lists, mvdream), ("LGM", ["lgm_big_state_dict"], big)):
            path = folder / label
            write_released(path, keys)
            started = time.perf_counter()
            networks = load(path)
            taken_s = time.perf_counter() - started
            tensors = [tensor for network in networks for tensor in network.state_dict().values()]
            values, size_mib = sum(tensor.numel() for tensor in tensors), path.stat().st_size >> 20
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
            print(f"| {label} | {len(tensors):,} | {values:,} | {size_mib:,} | {taken_s:.1f} | {peak:,} |")
            path.unlink()


def write_released(path: Path, lists: list[str]) -> None:
    """Pickle random half-precision values for the names and shapes in tests/golden/."""
    shapes = {key: shape for name in lists for key, shape in json.loads((GOLDEN / f"{name}.json").read_text()).items()}
    generator = torch.Generator().manual_seed(0)
    torch.save({key: torch.randn(shape, generator=generator).half() for key, shape in shapes.items()}, path)


def seconds_of(work: Callable[[], object], device: torch.device) -> float:
    """Return the wall-clock seconds of `work`, including the device's."""
    wait(device)
    started = time.perf_counter()
    work()
    wait(device)
    return time.perf_counter() - started


def wait(device: torch.device) -> None:
    """Wait until the device has finished its queue."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def reset_memory(device: torch.device) -> None:
    """Reset the peak of the device's memory."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(device)


def peak_mib(device: torch.device) -> str:
    """Return the peak of the device's memory since `reset_memory`."""
    return f"{torch.cuda.max_memory_allocated(device) >> 20:,}" if device.type == "cuda" else "not measured"


if __name__ == "__main__":
    main()
