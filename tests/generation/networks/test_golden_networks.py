"""Networks and formulas compared with the numbers of the reference implementations (tests/golden/README.md)."""

from __future__ import annotations

import numpy as np
import torch

from generation.networks import autoencoder, checkpoints, lgm, schedule, text
from generation.networks.cameras import mvdream_cameras, orbit_poses
from generation.networks.lgm import LgmSize
from splats.codecs import encode_ply

CPU = torch.device("cpu")


def largest(difference: torch.Tensor) -> float:
    return float(difference.abs().max())


def relative(got: torch.Tensor, wanted: torch.Tensor) -> float:
    return float((got - wanted).norm() / wanted.norm())


def test_the_unet(golden, mvdream_unet) -> None:
    g = golden("mvdream_tiny", "mvdream_unet")
    context = g["context_per_prompt"].repeat_interleave(4, dim=0)
    out = mvdream_unet(g["sample"], g["timesteps"], context, class_labels=g["camera"]).sample
    assert largest(out - g["output"]) <= 1e-4


def test_the_unet_attends_across_views(golden, mvdream_unet) -> None:
    g = golden("mvdream_tiny", "mvdream_unet")
    context = g["context_per_prompt"].repeat_interleave(4, dim=0)
    sample = g["sample"].clone()
    sample[1] += 1
    out = mvdream_unet(sample, g["timesteps"], context, class_labels=g["camera"]).sample
    assert largest(out[0] - g["output"][0]) > 1e-3  # another view of the same object
    assert largest(out[4:] - g["output"][4:]) <= 1e-4  # the other object


def test_the_vae(golden) -> None:
    g = golden("vae_tiny", "vae")
    size = autoencoder.VaeSize((32, 64), layers=1)
    converted = checkpoints.vae_state(g.state("first_stage_model."), autoencoder.make_vae(size).config)
    vae = checkpoints.load_network(lambda: autoencoder.make_vae(size), converted, torch.float32, CPU)
    mean, logvar = autoencoder.posterior(vae, g["image"])
    assert largest(mean - g["mean"]) <= 1e-4
    assert largest(logvar - g["logvar"]) <= 1e-4
    decoded = autoencoder.decode(vae, g["mean"] * autoencoder.SCALING)
    assert largest(decoded - (g["decoded_from_mean"] / 2 + 0.5).clamp(0, 1)) <= 1e-4


def test_the_text_encoder(golden) -> None:
    g = golden("text_tiny", "text_encoder")
    size = text.TextSize(width=64, layers=2, heads=4, vocabulary=600)
    names = set(text.make_text_encoder(size).state_dict())
    converted = checkpoints.text_state(g.state("cond_stage_model.model."), size.layers, names)
    tower = checkpoints.load_network(lambda: text.make_text_encoder(size), converted, torch.float32, CPU)
    assert largest(text.embed(tower, g["token_ids"]) - g["penultimate_ln_final"]) <= 1e-4


def test_the_cameras(golden) -> None:
    g = golden("", "cameras")
    for (elevation, start), wanted, opengl in zip(
        g["get_camera_args"].tolist(), g["get_camera"], g["get_camera_opengl"], strict=True
    ):
        poses = orbit_poses([start + 90 * i for i in range(4)], [elevation] * 4)
        assert largest(mvdream_cameras(poses) - wanted) <= 1e-6
        assert largest(poses.flatten(1) - opengl) <= 1e-6


def test_orbit_cameras_of_the_reference_have_the_opposite_elevation(golden) -> None:
    g = golden("", "cameras")
    for (elevation, azimuth, radius), pose, camera in zip(
        g["orbit_args"].tolist(), g["orbit_pose"], g["sds_camera"], strict=True
    ):
        ours = orbit_poses([azimuth], [-elevation], radius)
        assert largest(ours[0] - pose) <= 1e-6
        assert largest(mvdream_cameras(ours)[0] - camera) <= 1e-6
    lgm_cameras = mvdream_cameras(orbit_poses([0, 90, 180, 270], [-float(g["lgm_get_camera_elev"])] * 4))
    assert largest(lgm_cameras - g["lgm_get_camera"]) <= 1e-6


def test_the_noise_schedule() -> None:
    alphas = schedule.alphas_cumprod()
    wanted = torch.tensor([0.999150, 0.981314, 0.276333, 0.005844])
    assert largest(alphas[[0, 20, 500, 980]] - wanted) <= 1e-6


def lgm_tiny(golden) -> lgm.Lgm:
    options = golden("lgm_tiny", "lgm").spec["options"]
    size = LgmSize(
        input_px=options["input_size"],
        down=tuple(options["down_channels"]),
        down_attends=tuple(options["down_attention"]),
        up=tuple(options["up_channels"]),
        up_attends=tuple(options["up_attention"]),
    )
    return checkpoints.load_network(lambda: lgm.Lgm(size), golden("lgm_tiny", "lgm").state(), torch.float32, CPU)


def test_lgm(golden) -> None:
    g = golden("lgm_tiny", "lgm")
    rays = lgm.pluecker_rays(orbit_poses([0, 90, 180, 270], [0] * 4, lgm.RADIUS), 32)
    assert largest(rays - g["rays"]) <= 1e-6
    network = lgm_tiny(golden)
    x = lgm.network_input(g["rgb"], rays)
    assert largest(network.unet(x) - g["unet_out"]) <= 1e-4
    assert largest(network(x) - g["conv_out"]) <= 1e-4
    assert largest(lgm.activate_gaussians(network(x)) - g["gaussians"][0]) <= 1e-4


def test_lgm_to_the_columns_of_a_ply(golden) -> None:
    g = golden("lgm_tiny", "lgm")
    gaussians = lgm.activate_gaussians(lgm_tiny(golden)(lgm.network_input(g["rgb"], g["rays"])))
    assert torch.equal(gaussians[:, 3] >= lgm.OPACITY_MIN, g["keep_mask"])
    header, _, body = encode_ply(lgm.to_splats(gaussians)).partition(b"end_header\n")
    names = [line.split()[-1].decode() for line in header.splitlines() if line.startswith(b"property")]
    columns = torch.from_numpy(np.frombuffer(body, "<f4").reshape(-1, len(names)).copy())
    wanted = ["x", "y", "z", "f_dc_0", "f_dc_1", "f_dc_2", "opacity"]
    wanted += ["scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"]
    difference = columns[:, [names.index(name) for name in wanted]] - g["ply_columns"]
    opacity = wanted.index("opacity")
    assert largest(difference[:, opacity]) <= 2e-3
    difference[:, opacity] = 0
    assert largest(difference) <= 1e-4
