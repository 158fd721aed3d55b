from __future__ import annotations

from pathlib import Path

import pytest
import torch

from validation.errors import ScorerError
from validation.scoring.clip import ClipEncoder, load_encoder, read_weights
from validation.scoring.scorer import ScorerFiles, find_folder, read_constants

VIEWS = torch.rand(16, 32, 32, 3, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def encoder(tiny_scorer: ScorerFiles) -> ClipEncoder:
    return load_encoder(tiny_scorer)


def test_images_and_texts_become_unit_vectors(encoder: ClipEncoder) -> None:
    for vectors, count in ((encoder.images(VIEWS), 16), (encoder.texts(["a", "b"]), 2)):
        assert vectors.shape == (count, 16)
        assert vectors.dtype == torch.float32
        assert torch.allclose(vectors.norm(dim=1), torch.ones(count), atol=1e-6)


def test_other_than_sixteen_images_are_refused(encoder: ClipEncoder) -> None:
    with pytest.raises(ValueError, match="views must be"):
        encoder.images(VIEWS[:15])


def test_a_text_is_encoded_by_itself(encoder: ClipEncoder, tiny_scorer: ScorerFiles) -> None:
    together = encoder.texts(["a red ball", "a blue bird", "a red ball"])
    assert torch.equal(together[0], load_encoder(tiny_scorer).texts(["a red ball"])[0])
    assert torch.equal(together[0], together[2])


def test_a_long_text_is_cut(encoder: ClipEncoder) -> None:
    assert encoder.texts(["word " * 200]).shape == (1, 16)


def test_the_text_cache_is_bounded(tiny_scorer: ScorerFiles) -> None:
    fresh = load_encoder(tiny_scorer, text_cache_size=3)
    fresh.texts([str(number) for number in range(10)])
    assert len(fresh._cache) == 3


def test_bf16_is_close_to_fp32(encoder: ClipEncoder, tiny_scorer: ScorerFiles) -> None:
    low = load_encoder(tiny_scorer, "bf16")
    assert float((low.images(VIEWS) * encoder.images(VIEWS)).sum(dim=1).min()) > 0.99


def test_weights_of_another_model_are_refused(tiny_scorer: ScorerFiles, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    state = load_file(tiny_scorer.weights)
    state.pop("visual.proj")
    other = tmp_path / "other.safetensors"
    save_file(state, other)
    files = ScorerFiles(tiny_scorer.constants, tiny_scorer.folder, other)
    with pytest.raises(ScorerError, match="does not fit the model"):
        load_encoder(files)


def test_a_file_without_weights_is_refused(tmp_path: Path) -> None:
    for name in ("model.pt", "model.safetensors"):
        (tmp_path / name).write_bytes(b"not weights")
        with pytest.raises(ScorerError, match="cannot read"):
            read_weights(tmp_path / name)


def test_a_pickle_is_never_run(tmp_path: Path) -> None:
    torch.save({"path": Path("x")}, tmp_path / "evil.pt")  # a class outside torch's own
    with pytest.raises(ScorerError, match="cannot read"):
        read_weights(tmp_path / "evil.pt")


def test_half_precision_and_wrapped_weights_are_read(tiny_scorer: ScorerFiles, tmp_path: Path) -> None:
    state = {f"module.{name}": value.half() for name, value in read_weights(tiny_scorer.weights).items()}
    torch.save({"state_dict": state}, tmp_path / "model.pt")
    read = read_weights(tmp_path / "model.pt")
    assert set(read) == set(read_weights(tiny_scorer.weights))
    assert {value.dtype for value in read.values()} == {torch.float32}


class Weights(torch.nn.Module):
    """A model like those in OpenAI's archives: weights in half precision, and sizes stored as buffers."""

    def __init__(self) -> None:
        super().__init__()
        self.logit_scale = torch.nn.Parameter(torch.ones(()).half())
        self.register_buffer("input_resolution", torch.tensor(224))

    def forward(self) -> torch.Tensor:
        return self.logit_scale


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:FutureWarning")
def test_a_torchscript_archive_is_read(tmp_path: Path) -> None:
    torch.jit.save(torch.jit.script(Weights()), tmp_path / "ViT-B-16.pt")
    read = read_weights(tmp_path / "ViT-B-16.pt")
    assert {name: value.dtype for name, value in read.items()} == {"logit_scale": torch.float32}


def test_the_production_model_has_the_published_shape() -> None:
    import open_clip

    constants = read_constants(find_folder("clip-vitb16-openai@1"))
    config = open_clip.get_model_config(constants.model.architecture)
    assert config["quick_gelu"] is True
    assert config["vision_cfg"]["image_size"] == constants.image_px
    preprocess = open_clip.get_pretrained_cfg(constants.model.architecture, "openai")
    assert preprocess["mean"] == constants.model.mean
    assert preprocess["std"] == constants.model.std


@pytest.mark.slow
def test_the_production_model_loads_from_a_local_file(tmp_path: Path) -> None:
    import open_clip
    from safetensors.torch import save_file

    constants = read_constants(find_folder("clip-vitb16-openai@1"))
    config = open_clip.get_model_config(constants.model.architecture)
    model = open_clip.CLIP(**config)
    weights = tmp_path / "ViT-B-16.safetensors"
    save_file({name: value.half() for name, value in model.state_dict().items()}, weights)
    loaded = load_encoder(ScorerFiles(constants, find_folder("clip-vitb16-openai@1"), weights))
    assert loaded.images(torch.rand(16, 224, 224, 3)).shape == (16, 512)
    assert loaded.texts(["a pink bicycle"]).shape == (1, 512)
