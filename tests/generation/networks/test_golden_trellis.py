"""TRELLIS's networks against the numbers of the reference implementation (tests/golden/README.md)."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from generation.networks.checkpoints import WeightsUnusable
from generation.networks.text import END, START
from generation.networks.trellis import args, layers, sampler, sparse, structure, text, voxels
from generation.networks.trellis.args import LatentScale
from generation.networks.trellis.gaussians import GaussianDecoder, offsets, to_world
from generation.networks.trellis.pipeline import StructureStage, _steps, in_torso, load_network, occupied
from splats.codecs import encode_ply
from splats.turn import half_turn_x
from tests.generation.networks.trellis_golden import (
    CPU,
    GOLDEN,
    files_of,
    golden,
    largest,
    letters_tokenizer,
    make_network,
    released,
    tiny_trellis,
)

STEMS = [
    path.name.removeprefix("trellis_").removesuffix("_state_dict.json")
    for path in GOLDEN.glob("trellis_*_state_dict.json")
]


def table_of(coords: Tensor) -> voxels.Level:
    return voxels.make_level(coords, int(coords.max()) + 1)


def test_the_sparse_convolution() -> None:
    g = golden("sparse_ops")
    weight, bias = g["input.conv_weight"], g["input.conv_bias"]
    conv = sparse.SparseConv(weight.shape[-1], weight.shape[0])
    conv.load_state_dict({"conv.weight": weight, "conv.bias": bias})
    for rows, coords in g.samples():
        out = conv(g["input.feats"][rows][None], table_of(coords))
        assert largest(out[0] - g["output.conv"][rows]) <= 2e-5


def test_the_sparse_convolution_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    conv = sparse.SparseConv(3, 5)
    level = table_of(torch.randint(0, 6, (100, 3), generator=torch.Generator().manual_seed(0)).unique(dim=0))
    x = torch.randn(2, len(level.coords), 3, generator=torch.Generator().manual_seed(1))
    whole = conv(x, level)
    monkeypatch.setattr(sparse, "GATHERED_NUMBERS", 27 * 3 * 2 * 7)
    assert largest(conv(x, level) - whole) <= 1e-6


def test_pooling_counts_a_zero_among_the_children() -> None:
    g = golden("sparse_ops")
    feats, down = g["input.feats"], g["output.down_coords"]
    resolution = 2 * (int(g["input.coords"][:, 1:].max()) // 2 + 1)
    for sample, (rows, coords) in enumerate(g.samples()):
        of = down[:, 0] == sample
        pyramid = voxels.make_pyramid(coords, resolution)
        pooled = sparse.pool(feats[rows][None], pyramid)
        assert torch.equal(pyramid.coarse.coords, down[of, 1:].long())
        assert largest(pooled[0] - g["output.down_feats"][of]) <= 1e-5
        assert largest(sparse.unpool(pooled, pyramid)[0] - g["output.up_feats"][rows]) <= 1e-5


def test_the_embeddings_of_place_and_time() -> None:
    g = golden("sparse_ops")
    for name in ("position_embedding_40", "position_embedding_36"):
        wanted = g[f"output.{name}"]
        assert largest(layers.position_features(g["input.coords"][:, 1:], wanted.shape[1]) - wanted) <= 1e-5
    assert largest(layers.time_features(g["input.t"]) - g["output.timestep_embedding"]) <= 1e-5


def test_windowed_attention() -> None:
    g = golden("sparse_ops")
    for shift in g.config["shifts"]:
        groups, wanted = g[f"output.window_group_shift{shift}"], g[f"output.window_attention_shift{shift}"]
        for rows, coords in g.samples():
            windows = voxels.make_windows(coords, g.config["window"], shift)
            q, k, v = g["input.qkv"][rows][None].unbind(2)
            assert largest(layers.windowed_attention(q, k, v, windows)[0] - wanted[rows]) <= 1e-5
            together = {
                frozenset(groups[rows][batch.rows[i][batch.present[i]]].tolist())
                for batch in windows.batches
                for i in range(len(batch.rows))
            }
            assert together == {frozenset([group]) for group in groups[rows].tolist()}


def test_windows_of_many_sizes_hold_every_voxel_once() -> None:
    """A solid cube has whole windows of 512 voxels, and parts of one: batches of several lengths."""
    coords = torch.cartesian_prod(*[torch.arange(18)] * 3)
    coords = coords[torch.randperm(len(coords), generator=torch.Generator().manual_seed(0))]
    for shift in (0, 4):
        windows = voxels.make_windows(coords, 8, shift)
        laid = torch.cat([batch.rows.flatten() for batch in windows.batches])
        assert torch.equal(laid[windows.places], torch.arange(len(coords)))
        assert sum(int(batch.present.sum()) for batch in windows.batches) == len(coords)
        assert len(windows.batches) >= 3


def test_patches_and_the_pixel_shuffle() -> None:
    g = golden("sparse_ops")
    assert torch.equal(structure.unpatchify(g["input.grid"], 2), g["output.pixel_shuffle"])
    patched = structure.patchify(g["input.patch"], 2)
    assert torch.equal(patched, g["output.patchify"])
    assert torch.equal(structure.unpatchify(patched, 2), g["output.unpatchify"])


def test_the_released_offsets() -> None:
    g = golden("sparse_ops")
    config = g.config["released_representation_config"]
    made = offsets(config["num_gaussians"], config["voxel_size"])
    assert largest(made - g["output.offset_perturbation_32"]) <= 1e-5


@pytest.mark.parametrize("name", ["ss_flow", "ss_flow_large"])
def test_the_structure_flow(name: str) -> None:
    g = golden(name)
    network = g.network()
    assert largest(network.t_embedder(g["input.t"]) - g["debug.t_emb"]) <= 2e-5
    assert largest(network.pos_emb - structure.StructureFlow(network.args).pos_emb) <= 1e-6
    assert largest(network(g["input.x"], g["input.t"], g["input.cond"]) - g["output"]) <= 2e-5


def test_the_structure_decoder() -> None:
    g = golden("ss_decoder")
    assert largest(g.network()(g["input.z"]) - g["output"]) <= 2e-5


@pytest.mark.parametrize("name", ["slat_flow", "slat_flow_base"])
def test_the_latent_flow(name: str) -> None:
    g = golden(name)
    network = g.network()
    for sample, (rows, coords) in enumerate(g.samples()):
        pyramid = voxels.make_pyramid(coords, network.args.resolution)
        t, cond = g["input.t"][sample : sample + 1], g["input.cond"][sample : sample + 1]
        out = network(g["input.feats"][rows][None], t, cond, pyramid)
        assert largest(out[0] - g["output"][rows]) <= 2e-5


def test_the_gaussian_decoder() -> None:
    g = golden("gs_decoder")
    network: GaussianDecoder = g.network()
    for sample, (rows, coords) in enumerate(g.samples()):
        columns = network(g["input.feats"][rows], coords, network.make_windows(coords))
        assert largest(columns - g["output.raw"][rows]) <= 1e-5
        assert_splats(network.splats(columns, coords), g, f"output.sample{sample}", 1e-5)


def assert_splats(splats, g, prefix: str, tolerance: float) -> None:
    """The splats with TRELLIS's axes, and turned to ours, are the golden ones."""
    wanted = {"means": "xyz", "scales": "scale", "opacities": "opacity"}
    for ours, theirs in wanted.items():
        assert largest(getattr(splats, ours) - g[f"{prefix}.{theirs}"]) <= tolerance
    assert largest(splats.sh[:, 0] - g[f"{prefix}.f_dc"]) <= tolerance
    assert up_to_sign(splats.quats, g[f"{prefix}.rotation"]) <= tolerance
    turned = to_world(splats)
    assert largest(turned.means - g[f"{prefix}.xyz_y_up"]) <= tolerance
    assert up_to_sign(turned.quats, g[f"{prefix}.rotation_y_up"]) <= tolerance


def up_to_sign(got: Tensor, wanted: Tensor) -> float:
    return largest(got * (got * wanted).sum(-1, keepdim=True).sign() - wanted)


def test_the_y_down_download_is_trellis_s_own_ply() -> None:
    g = golden("gs_decoder")
    network: GaussianDecoder = g.network()
    rows, coords = g.samples()[0]
    splats = to_world(network.splats(network(g["input.feats"][rows], coords, network.make_windows(coords)), coords))
    header, _, body = encode_ply(half_turn_x(splats)).partition(b"end_header\n")
    names = [line.split()[-1].decode() for line in header.splitlines() if line.startswith(b"property")]
    got = torch.from_numpy(np.frombuffer(body, "<f4").reshape(-1, len(names)).copy())
    with np.load(GOLDEN / "trellis_gs_decoder.npz") as stored:
        theirs = stored["output.ply_names"].tolist()
    wanted = g["output.sample0.ply_columns"]
    shared = [name for name in theirs if name in names and not name.startswith("rot_")]
    difference = got[:, [names.index(name) for name in shared]] - wanted[:, [theirs.index(name) for name in shared]]
    assert {"x", "f_dc_2", "opacity", "scale_2"} <= set(shared)
    assert largest(difference) <= 1e-4
    rotations = [f"rot_{i}" for i in range(4)]
    ours, other = (t[:, [listed.index(name) for name in rotations]] for t, listed in ((got, names), (wanted, theirs)))
    assert up_to_sign(ours, torch.nn.functional.normalize(other, dim=-1)) <= 1e-4


def test_the_text_encoder() -> None:
    g = golden("text")
    encoder = text.load_text_encoder(args.TextArgs(**g.config["args"]), g.weights, CPU)
    assert largest(text.embed(encoder, g["input.ids"]) - g["output.last_hidden_state"]) <= 2e-5


def test_the_text_encoder_is_found_in_a_whole_clip_model() -> None:
    g = golden("text")
    whole = {**g.weights, "logit_scale": torch.ones(()), "vision_model.post_layernorm.weight": torch.ones(3)}
    whole["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    encoder = text.load_text_encoder(args.TextArgs(**g.config["args"]), whole, CPU)
    assert largest(text.embed(encoder, g["input.ids"]) - g["output.last_hidden_state"]) <= 2e-5


def test_tokens_are_clip_s_padded_with_the_end(tmp_path: Path) -> None:
    tokenizer = clip_tokenizer(tmp_path)
    examples = json.loads((GOLDEN / "trellis_tokens.json").read_text())
    got = tokenizer([example["prompt"] for example in examples])
    assert got.tolist() == [example["token_ids"] for example in examples]


def clip_tokenizer(folder: Path) -> text.ClipTokenizer:
    """CLIP's own tokenizer, from the list of merges that open_clip ships."""
    spec = find_spec("open_clip")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    packed = Path(spec.submodule_search_locations[0]) / "bpe_simple_vocab_16e6.txt.gz"
    merges = gzip.decompress(packed.read_bytes()).decode().splitlines()[1 : 49152 - 256 - 2 + 1]
    visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = [chr(code) for code in visible] + [chr(256 + i) for i in range(256 - len(visible))]
    words = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(line.split()) for line in merges)]
    ids = {word: i for i, word in enumerate([*words, START, END])}
    (folder / "vocab.json").write_text(json.dumps(ids))
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *merges]))
    return text.ClipTokenizer(folder / "vocab.json", folder / "merges.txt")


def test_a_broken_vocabulary_is_refused(tmp_path: Path) -> None:
    letters_tokenizer(tmp_path, 96)
    (tmp_path / "vocab.json").write_text("{}")
    with pytest.raises(WeightsUnusable, match="are not a valid tokenizer"):
        text.ClipTokenizer(tmp_path / "vocab.json", tmp_path / "merges.txt")


def test_the_schedules() -> None:
    g = golden("sampler")
    for number, schedule in enumerate(g.config["schedules"]):
        calls = schedule.pop("model_calls")
        settings = args.SamplerArgs(**schedule, cfg_strength=7.5)
        guided = sampler.guided(settings)
        assert sampler.times(settings) == g[f"output.schedule{number}.t"].tolist()
        assert guided == g[f"output.schedule{number}.guided"].tolist()
        assert len(guided) + sum(guided) == calls


def test_a_guided_path() -> None:
    g = golden("sampler")
    flow = golden(g.config["network"].removeprefix("trellis_").removesuffix(".npz")).network()
    settings = args.SamplerArgs(**g.config["params"], sigma_min=g.config["sigma_min"])
    steps = list(_steps(flow, g["input.noise"], g["input.cond"], g["input.neg_cond"], settings))
    assert [step.index for step in steps] == list(range(settings.steps))
    for step, x, result in zip(steps, g["output.x_after_step"], g["output.x0_prediction"], strict=True):
        assert largest(step.x - x) <= 1e-4
        assert largest(step.result() - result) <= 1e-4
    assert largest(steps[-1].x - g["output"]) <= 1e-4


def test_a_prompt_to_splats(tmp_path: Path) -> None:
    g = golden("pipeline")
    model, sampling = tiny_trellis(tmp_path)
    cond, empty = (text.embed(model.text_encoder, g[f"input.{name}"]) for name in ("ids", "null_ids"))
    assert largest(cond - g["output.cond"]) <= 2e-5
    assert largest(empty - g["output.null_cond"]) <= 2e-5

    *_, last = model.structure.steps(g["input.ss_noise"], cond, empty, sampling.structure)
    assert largest(last.x - g["output.z"]) <= 2e-5
    logits = model.structure.logits(last.x)
    assert largest(logits - g["output.logits"]) <= 2e-5
    coords = occupied(logits[0, 0])
    assert torch.equal(coords, g["output.coords"][:, 1:].long())

    noise = g["input.slat_noise"][None]
    *_, last = model.latent_steps(noise, cond, empty, model.make_pyramid(coords), sampling.latents)
    scale = sampling.latent_scale
    assert largest(last.x[0] * torch.tensor(scale.std) + torch.tensor(scale.mean) - g["output.slat"]) <= 1e-4
    splats = model.splats(last.x[0], coords)
    assert largest(splats.means - g["output.sample0.xyz_y_up"]) <= 1e-4
    assert up_to_sign(splats.quats, g["output.sample0.rotation_y_up"]) <= 1e-4
    assert largest(splats.scales - g["output.sample0.scale"]) <= 1e-4
    assert largest(splats.opacities - g["output.sample0.opacity"]) <= 1e-4
    assert largest(splats.sh[:, 0] - g["output.sample0.f_dc"]) <= 1e-4


@pytest.mark.parametrize("stem", STEMS)
def test_a_full_size_network_has_the_released_names_shapes_and_precisions(stem: str) -> None:
    listed = released(stem)
    shapes = listed["dtype_shape"]
    dtypes = {"F16": torch.float16, "F32": torch.float32}
    state = {key: torch.empty(shape, dtype=dtypes[dtype], device="meta") for key, (dtype, shape) in shapes.items()}
    network = load_network(make_network(listed), state, torch.float16, torch.device("meta"))
    loaded = network.state_dict()
    assert {key: (tensor.dtype, list(tensor.shape)) for key, tensor in loaded.items()} == {
        key: (dtypes[dtype], shape) for key, (dtype, shape) in shapes.items()
    }
    assert {key for key, (dtype, _) in shapes.items() if dtype == "F16"} == {key for key in shapes if in_torso(key)}


def test_eight_full_size_lists_are_tried() -> None:
    assert len(STEMS) == 8


@pytest.mark.parametrize("change", ["missing", "unknown", "reshaped"])
def test_weights_that_do_not_fit_are_refused(change: str) -> None:
    g = golden("ss_flow")
    weights = g.weights
    if change == "missing":
        del weights["pos_emb"]
    elif change == "unknown":
        weights["blocks.0.cross_attn.extra"] = torch.zeros(1)
    else:
        weights["input_layer.bias"] = torch.zeros(3)
    with pytest.raises(WeightsUnusable, match="do not fit StructureFlow"):
        load_network(make_network(g.config), weights, torch.float32, CPU)


@pytest.mark.parametrize(
    ("name", "dtype", "relative"),
    [
        ("ss_flow", torch.float16, 5e-3),
        ("ss_flow", torch.bfloat16, 3e-2),
        ("ss_decoder", torch.float16, 5e-3),
        ("ss_decoder", torch.bfloat16, 3e-2),
    ],
)
def test_half_precision_stays_near_float32(name: str, dtype: torch.dtype, relative: float) -> None:
    """The reference's own distance is 2e-3 in float16 and 1.5e-2 in bfloat16."""
    g = golden(name)
    inputs = [g["input.z"]] if name == "ss_decoder" else [g["input.x"], g["input.t"], g["input.cond"]]
    out = g.network(dtype)(*inputs)
    assert out.dtype == torch.float32
    assert float((out - g["output"]).norm() / g["output"].norm()) <= relative


@pytest.mark.parametrize(("dtype", "relative"), [(torch.float16, 5e-3), (torch.bfloat16, 3e-2)])
def test_the_latent_flow_in_half_precision(dtype: torch.dtype, relative: float) -> None:
    g = golden("slat_flow")
    network = g.network(dtype)
    rows, coords = g.samples()[0]
    pyramid = voxels.make_pyramid(coords, network.args.resolution)
    out = network(g["input.feats"][rows][None], g["input.t"][:1], g["input.cond"][:1], pyramid)
    assert float((out[0] - g["output"][rows]).norm() / g["output"][rows].norm()) <= relative


def test_a_recast_stage_has_the_same_weights() -> None:
    stage = StructureStage(golden("ss_flow").network(torch.float16), golden("ss_decoder").network(torch.float16))
    again = stage.recast(torch.float32)
    assert again.flow.dtype == torch.float32
    g = golden("ss_flow")
    assert largest(again.flow(g["input.x"], g["input.t"], g["input.cond"]) - g["output"]) <= 2e-5
    assert stage.flow.dtype == torch.float16


def test_the_tiny_folder_names_what_it_needs() -> None:
    files = files_of(GOLDEN / "trellis_tiny")
    present = [name for name, stem in files.items() if Path(f"{stem}.safetensors").is_file()]
    assert sorted(present) == [
        "slat_decoder_gs",
        "slat_flow_model",
        "sparse_structure_decoder",
        "sparse_structure_flow_model",
    ]


def test_files_of_another_kind_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "network.json"
    path.write_text('{"name": "ElasticSLatFlowModel", "args": {}}')
    with pytest.raises(WeightsUnusable, match="describes a ElasticSLatFlowModel, not a SLatFlowModel"):
        args.read_args(path, args.LatentFlowArgs)
    path.write_text('{"name": "SparseStructureFlowModel", "args": {"pe_mode": "rope"}}')
    with pytest.raises(WeightsUnusable, match=r"network.json: "):
        args.read_args(path, args.StructureFlowArgs)
    path.write_text("no JSON")
    with pytest.raises(WeightsUnusable, match=r"network.json: "):
        args.read_pipeline(path)
    with pytest.raises(WeightsUnusable, match="cannot be read"):
        args.read_text_args(tmp_path / "absent.json")


def test_networks_that_do_not_fit_each_other_are_refused(tmp_path: Path) -> None:
    model, _ = tiny_trellis(tmp_path)
    other = LatentScale(mean=(0.0, 1.0), std=(1.0, 1.0))
    with pytest.raises(WeightsUnusable, match=r"channels of the latents and of their scale \(8 and 2\)"):
        replace(model, latent_scale=other)
