"""Time the validation service, stage by stage and under load, and send it malformed bodies.

    python -m benchmarks.validation [stages] [--device cuda]               ms by stage, with ViT-B/16 and floors
    python -m benchmarks.validation load [--scorer …] [--soak 500]         validations per second at 1, 4, 16; RSS
    python -m benchmarks.validation hostile [--bodies 10000]               malformed bodies: no 500, flat memory
    python -m benchmarks.validation seeds [--scorer …]                     deviation of honest scores over 64 seeds

Medians; nothing else should run on the machine. Prints Markdown rows for docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import itertools
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import torch

from benchmarks.timing import median_s
from generation.backends import LOADERS
from serving.arguments import COUNT, FlagParser
from serving.settings import ShellSettings
from splats.codecs import decode, encode_ply, encode_spz
from splats.render import renderer_name
from validation.app import create_app
from validation.assets.prepare import prepare
from validation.assets.render_spec import RenderSpec
from validation.loading import has_fast_bf16, load_engine
from validation.scoring.clip import load_encoder
from validation.scoring.judge import Judge
from validation.scoring.scorer import ScorerFiles, find_folder, find_scorer_files, read_constants
from validation.settings import ValidationSettings

VITB16 = "clip-vitb16-openai@1"
VITB16_GFLOP = 562
"""16 images of 224 px through ViT-B/16, 35.1 GFLOP each."""
SPLATS = 50_000
PROMPTS = ("pink bicycle", "a golden retriever dog", "a red sports car", "a wooden chair", "a green dragon")


def asset(prompt: str, seed: int) -> bytes:
    """Return an honest asset as a miner sends it, filled up to SPLATS splats with copies next to the originals."""
    made = LOADERS["procedural"]("cpu")(prompt, seed, lambda _progress: None).splats
    count = len(made)
    filled = made.select(torch.arange(SPLATS) % count)
    offsets = torch.randn(SPLATS, 3, generator=torch.Generator().manual_seed(0)) * filled.scales.amax(1, keepdim=True)
    offsets[:count] = 0
    return encode_spz(replace(filled, means=filled.means + offsets))


def gemm_gflops(dtype: torch.dtype, device: str, repeats: int) -> float:
    a, b = (torch.randn(2048, 2048).to(device, dtype) for _ in range(2))
    return 2 * 2048**3 / median_s(lambda: float((a @ b)[0, 0]), repeats) / 1e9


def random_vitb16(folder: Path) -> ScorerFiles:
    """Return ViT-B/16 with random weights in a file as large as the real one."""
    import open_clip  # noqa: PLC0415
    from safetensors.torch import save_file  # noqa: PLC0415

    constants = read_constants(find_folder(VITB16))
    weights = folder / "random-vitb16.safetensors"
    if not weights.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        model = open_clip.CLIP(**open_clip.get_model_config(constants.model.architecture))
        save_file(dict(model.state_dict()), weights)
    return ScorerFiles(constants, find_folder(VITB16), weights)


def stages(args: argparse.Namespace) -> None:
    data = asset(PROMPTS[0], 0)
    print(f"{torch.get_num_threads()} threads, {renderer_name(args.device)}, {SPLATS:,} splats, {len(data):,} bytes")
    for name in (args.scorer, VITB16):
        constants = read_constants(find_folder(name))
        spec = RenderSpec(constants.image_px, constants.supersample, args.device)
        prepare(data, 0, spec)
        runs = [prepare(data, seed, spec).seconds for seed in range(args.repeats)]
        for stage in runs[0]:
            print(f"| {name} | {stage} | {1000 * statistics.median(run[stage] for run in runs):.0f} ms |")
        print(f"| {name} | all but the model | {1000 * statistics.median(sum(r.values()) for r in runs):.0f} ms |")
    rates = {"fp32": gemm_gflops(torch.float32, args.device, args.repeats)}
    if args.device == "cuda" or has_fast_bf16():
        rates["bf16"] = gemm_gflops(torch.bfloat16, args.device, args.repeats)
    else:
        print("bf16 not measured: this CPU has no instructions for it")
    models = {args.scorer: find_scorer_files(args.scorer), "ViT-B/16, random": random_vitb16(args.cache)}
    for name, files in models.items():
        for dtype in [dtype for dtype in rates if dtype in files.constants.dtypes]:
            encoder = load_encoder(files, dtype, args.device)
            views = torch.rand(16, files.constants.image_px, files.constants.image_px, 3)
            seconds = median_s(lambda encoder=encoder, views=views: encoder.images(views), args.repeats)
            floor = f", floor {1000 * VITB16_GFLOP / rates[dtype]:.0f} ms" if name.startswith("ViT") else ""
            print(f"| {name} {dtype} | model | {1000 * seconds:.0f} ms{floor} (GEMM {rates[dtype]:.0f} GFLOP/s) |")
            judge = Judge(files, encoder)
            spec, turn = judge.render_spec(args.device), itertools.count()

            def whole(judge: Judge = judge, spec: RenderSpec = spec, turn: Iterator[int] = turn) -> object:
                seed = next(turn)
                return judge.judge(f"a thing asked for the {seed}. time", prepare(data, seed, spec))

            print(f"| {name} {dtype} | end to end, new prompt | {1000 * median_s(whole, args.repeats):.0f} ms |")


async def load(args: argparse.Namespace) -> None:
    settings = ValidationSettings(shell=ShellSettings(port=8094), scorer=args.scorer, device=args.device)
    engine = load_engine(settings)
    assets = [asset(prompt, seed) for seed, prompt in enumerate(PROMPTS)]
    try:
        for concurrency in (1, 4, 16):
            started = time.perf_counter()
            turns = [engine.validate(PROMPTS[i % 5], assets[i % 5], i) for i in range(max(16, 2 * concurrency))]
            gate = asyncio.Semaphore(concurrency)
            await asyncio.gather(*(_within(gate, turn) for turn in turns))
            print(f"| {concurrency} at once | {len(turns) / (time.perf_counter() - started):.2f} validations/s |")
        before = _rss_mib()
        for i in range(args.soak):
            await engine.validate(PROMPTS[i % 5], assets[i % 5], i)
            if i + 1 in {args.soak // 10, args.soak}:
                print(f"| RSS after {i + 1} | {_rss_mib():.0f} MiB (before: {before:.0f}) |")
    finally:
        engine.close()


async def hostile(args: argparse.Namespace) -> None:
    settings = ValidationSettings(shell=ShellSettings(port=8094), scorer=args.scorer, device=args.device)
    engine = load_engine(settings)
    app = create_app(settings, "benchmark", lambda: engine)
    app.state.service.engine = engine
    draw = random.Random(0)
    good = asset(PROMPTS[0], 0)
    ply = encode_ply(decode(good))
    statuses: dict[int, int] = {}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8094", trust_env=False) as client:
        for number in range(args.bodies):
            answer = await client.post("/validate/", content=malformed(draw, good, ply))
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
            if number in {args.bodies // 10, args.bodies - 1}:
                print(f"| RSS after {number + 1} bodies | {_rss_mib():.0f} MiB |")
    engine.close()
    print(f"| statuses | {dict(sorted(statuses.items()))} |")


def malformed(draw: random.Random, spz: bytes, ply: bytes) -> bytes:
    """Return a body with errors in its bytes, its asset's bytes, its base64 or its JSON."""
    data = bytearray(draw.choice((spz, ply[: 400 + 68 * 3000])))
    kind = draw.randrange(5)
    if kind == 0:
        data = data[: draw.randrange(len(data))]
    elif kind == 1:
        for _ in range(draw.randrange(1, 50)):
            data[draw.randrange(len(data))] = draw.randrange(256)
    elif kind == 2:
        data = bytearray(draw.randbytes(draw.randrange(2000)))
    elif kind == 3:
        for _ in range(draw.randrange(1, 20)):
            data[draw.randrange(min(400, len(data)))] = draw.randrange(256)
    body = bytearray(b'{"prompt": "a ball", "data": "%s"}' % base64.b64encode(data))
    if kind == 4:
        for _ in range(draw.randrange(1, 10)):
            body[draw.randrange(len(body))] = draw.randrange(256)
    return bytes(body)


async def seeds(args: argparse.Namespace) -> None:
    engine = load_engine(ValidationSettings(shell=ShellSettings(port=8094), scorer=args.scorer, device=args.device))
    try:
        for prompt in PROMPTS:
            data = asset(prompt, 0)
            scores = [(await engine.validate(prompt, data, seed)).score for seed in range(64)]
            print(f"| {prompt} | mean {statistics.mean(scores):.3f} | deviation {statistics.stdev(scores):.4f} |")
    finally:
        engine.close()


async def _within(gate: asyncio.Semaphore, turn: object) -> None:
    async with gate:
        await turn  # type: ignore[misc]


def _rss_mib() -> float:
    """Return the resident memory of this process and its worker."""
    children = [pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in ["self", *children])
    return pages * 4096 / 2**20


def main() -> None:
    parser = FlagParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", default="stages", choices=["stages", "load", "hostile", "seeds"])
    parser.add_argument("--scorer", default="three-gen-small")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--repeats", type=COUNT, default=5)
    parser.add_argument("--soak", type=COUNT, default=500)
    parser.add_argument("--bodies", type=COUNT, default=10_000)
    parser.add_argument("--cache", type=Path, default=Path("out/benchmarks"), help="for the random ViT-B/16")
    args = parser.parse_args()
    if args.what == "stages":
        stages(args)
    else:
        asyncio.run({"load": load, "hostile": hostile, "seeds": seeds}[args.what](args))


if __name__ == "__main__":
    main()
