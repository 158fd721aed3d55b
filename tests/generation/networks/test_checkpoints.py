"""Full-size networks take exactly the released tensors, in both layouts; differences are reported."""

from __future__ import annotations

import pickle

import pytest
import torch
from safetensors.torch import save_file

from generation.networks import autoencoder, checkpoints, lgm, matting, text, unet
from generation.networks.checkpoints import UNET_PREFIX, WeightsUnusable

META = torch.device("meta")


def full_unet(views: int = 4):
    return unet.make_unet(unet.SD21_UNET, views)


def config_of(make):
    with META:
        return make().config


def loaded(make, state):
    return checkpoints.load_network(make, state, torch.float32, META)


@pytest.fixture(scope="module")
def mvdream_keys(key_list):
    return {**key_list("mvdream_sd21_unet_state_dict"), **key_list("mvdream_sd21_other_state_dict")}


def test_mvdream_takes_the_released_file(mvdream_keys) -> None:
    network = loaded(full_unet, checkpoints.unet_state(mvdream_keys, config_of(full_unet)))
    assert sum(p.numel() for p in network.parameters()) == 867_572_164


def test_mvdream_takes_the_names_without_a_prefix(mvdream_keys) -> None:
    keys = {k.removeprefix(UNET_PREFIX): v for k, v in mvdream_keys.items() if k.startswith(UNET_PREFIX)}
    network = loaded(full_unet, checkpoints.unet_state(keys, config_of(full_unet)))
    assert len(network.state_dict()) == 690


def test_stable_diffusion_takes_the_names_of_diffusers() -> None:
    with META:
        keys = full_unet(views=0).state_dict()
    network = loaded(lambda: full_unet(views=0), checkpoints.unet_state(keys, config_of(lambda: full_unet(views=0))))
    assert sum(p.numel() for p in network.parameters()) == 865_910_724


def test_weights_without_cameras_are_not_mvdream_s(mvdream_keys) -> None:
    keys = {k: v for k, v in mvdream_keys.items() if "camera_embed" not in k}
    with pytest.raises(WeightsUnusable, match="no camera embedding"):
        checkpoints.unet_state(keys, config_of(full_unet))
    with pytest.raises(WeightsUnusable, match="has camera embedding: not"):
        checkpoints.unet_state(mvdream_keys, config_of(lambda: full_unet(views=0)))


def test_the_vae_takes_the_released_file(mvdream_keys) -> None:
    def make():
        return autoencoder.make_vae(autoencoder.SD_VAE)

    network = loaded(make, checkpoints.vae_state(mvdream_keys, config_of(make)))
    assert len(network.state_dict()) == 248
    assert loaded(make, checkpoints.vae_state(network.state_dict(), config_of(make)))


def test_the_vae_takes_the_older_names_of_its_attention() -> None:
    def make():
        return autoencoder.make_vae(autoencoder.SD_VAE)

    with META:
        state = make().state_dict()
    new = {".to_q.": ".query.", ".to_k.": ".key.", ".to_v.": ".value.", ".to_out.0.": ".proj_attn."}
    for name in list(state):
        for ours, older in new.items():
            if ours in name:
                state[name.replace(ours, older)] = state.pop(name)
    assert any("proj_attn" in name for name in state)
    assert loaded(make, checkpoints.vae_state(state, config_of(make)))


@pytest.mark.parametrize("prefix", ["", "text_model."])
def test_the_text_encoder_takes_the_released_file_and_transformers_names(mvdream_keys, prefix: str) -> None:
    def make():
        return text.make_text_encoder(text.SD21_TEXT)

    with META:
        names = set(make().state_dict())
    network = loaded(make, checkpoints.text_state(mvdream_keys, 23, names))
    assert len(network.state_dict()) == 372
    bare = {prefix + name.removeprefix("text_model."): tensor for name, tensor in network.state_dict().items()}
    bare[f"{prefix}embeddings.position_ids"] = torch.empty(1, 77, device="meta")
    assert loaded(make, checkpoints.text_state(bare, 23, names))


def test_lgm_takes_the_released_file(key_list) -> None:
    network = loaded(lambda: lgm.Lgm(lgm.SIZES["lgm-big"]), key_list("lgm_big_state_dict"))
    assert sum(tensor.numel() for tensor in network.state_dict().values()) == 415_042_848


def test_matting_has_the_released_number_of_parameters() -> None:
    with META:
        network = matting.Matting(matting.SIZES["u2net"])
    assert sum(p.numel() for p in network.parameters()) == 44_009_869
    names = network.state_dict()
    assert {"stage1.rebnconv7.conv_s1.weight", "stage5d.rebnconv1d.bn_s1.running_var", "outconv.bias"} <= names.keys()


@pytest.mark.parametrize(
    "convert",
    [
        lambda state: checkpoints.unet_state(state, {}),
        lambda state: checkpoints.vae_state(state, {}),
        lambda state: checkpoints.text_state(state, 1, set()),
    ],
)
def test_a_checkpoint_without_the_network_is_refused(convert) -> None:
    with pytest.raises(WeightsUnusable, match="the checkpoint holds no"):
        convert({"something.else": torch.zeros(1)})


def linear() -> torch.nn.Linear:
    return torch.nn.Linear(3, 2)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"weight": torch.zeros(2, 3)}, "1 missing .such as bias"),
        ({**linear().state_dict(), "extra": torch.zeros(1)}, "1 unknown .such as extra"),
        ({"weight": torch.zeros(3, 3), "bias": torch.zeros(2)}, "1 of another shape .such as weight"),
    ],
)
def test_tensors_that_do_not_fit_are_listed(state, message: str) -> None:
    with pytest.raises(WeightsUnusable, match=message):
        checkpoints.load_network(linear, state, torch.float32, torch.device("cpu"))


def test_tensors_are_converted_to_the_dtype() -> None:
    half = {name: tensor.half() for name, tensor in linear().state_dict().items()}
    assert checkpoints.load_network(linear, half, torch.float32, torch.device("cpu")).weight.dtype == torch.float32


def test_safetensors_and_pickles_are_read(tmp_path) -> None:
    state = linear().state_dict()
    save_file(state, tmp_path / "a.safetensors")
    torch.save(state, tmp_path / "b.pt")
    torch.save({"state_dict": state}, tmp_path / "c.ckpt")
    for name in ("a.safetensors", "b.pt", "c.ckpt"):
        assert torch.equal(checkpoints.read_state(tmp_path / name)["weight"], state["weight"])


class Acts:
    def __reduce__(self):
        return (print, ("this would have run",))


@pytest.mark.parametrize("counted", [True, False], ids=["with counters", "without counters"])
def test_matting_takes_a_file_of_an_old_pytorch(tmp_path, counted: bool) -> None:
    network = matting.Matting(matting.SIZES["u2net-tiny"])
    state = {n: t for n, t in network.state_dict().items() if counted or not n.endswith("num_batches_tracked")}
    torch.save(state, tmp_path / "u2net.pth", _use_new_zipfile_serialization=False)
    loaded = checkpoints.load_network(
        lambda: matting.Matting(matting.SIZES["u2net-tiny"]),
        checkpoints.read_state(tmp_path / "u2net.pth"),
        torch.float32,
        torch.device("cpu"),
    )
    for name, tensor in network.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor)


def test_a_pickle_that_runs_code_is_refused(tmp_path, capsys) -> None:
    torch.save({"weight": Acts()}, tmp_path / "evil.pt")
    (tmp_path / "plain.pt").write_bytes(pickle.dumps(Acts()))
    for name in ("evil.pt", "plain.pt"):
        with pytest.raises(WeightsUnusable, match="cannot be read as weights"):
            checkpoints.read_state(tmp_path / name)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["cut.safetensors", "cut.pt"])
def test_a_truncated_file_is_refused(tmp_path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x00" * 100)
    with pytest.raises(WeightsUnusable, match=name):
        checkpoints.read_state(tmp_path / name)


def test_a_file_without_tensors_is_refused(tmp_path) -> None:
    torch.save({"epoch": 3}, tmp_path / "a.pt")
    with pytest.raises(WeightsUnusable, match="no state dict"):
        checkpoints.read_state(tmp_path / "a.pt")
