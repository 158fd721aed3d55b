"""The JSON files beside TRELLIS's weights: sizes of the networks, and how they are sampled.

Only what the released models use is accepted; anything else is an error rather than another network.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from generation.networks.checkpoints import WeightsUnusable

Count = Annotated[int, Field(ge=1)]


class _Args(BaseModel):
    """Names that say how the reference runs (use_fp16) are ignored; `dtype` is an argument here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _TransformerArgs(_Args):
    resolution: Count
    model_channels: Count
    num_blocks: Count
    num_heads: Count
    mlp_ratio: Annotated[float, Field(gt=0)] = 4.0

    @model_validator(mode="after")
    def _divisible(self) -> _TransformerArgs:
        if self.model_channels % self.num_heads:
            raise ValueError(f"model_channels ({self.model_channels}) must be a multiple of num_heads")
        return self


class FlowArgs(_TransformerArgs):
    """What the two flow networks have in common."""

    in_channels: Count
    out_channels: Count
    cond_channels: Count
    patch_size: Count
    pe_mode: Literal["ape"] = "ape"
    share_mod: Literal[False] = False
    qk_rms_norm: bool = False
    qk_rms_norm_cross: bool = False


class StructureFlowArgs(FlowArgs):
    """Of `StructureFlow`; `resolution` is that of its grid."""

    @model_validator(mode="after")
    def _patches(self) -> StructureFlowArgs:
        if self.resolution % self.patch_size:
            raise ValueError(f"resolution ({self.resolution}) must be a multiple of patch_size")
        return self


class StructureDecoderArgs(_Args):
    """Of `StructureDecoder`; every level after the first of `channels` doubles the resolution."""

    latent_channels: Count
    out_channels: Literal[1] = 1
    num_res_blocks: Count
    num_res_blocks_middle: Count = 2
    channels: Annotated[tuple[Count, ...], Field(min_length=1)]
    norm_type: Literal["layer"] = "layer"


class LatentFlowArgs(FlowArgs):
    """Of `LatentFlow`, which works at half the resolution between its first and last blocks."""

    patch_size: Literal[2]
    num_io_res_blocks: Count
    io_block_channels: Annotated[tuple[Count, ...], Field(min_length=1, max_length=1)]
    use_skip_connection: Literal[True] = True

    @model_validator(mode="after")
    def _even(self) -> LatentFlowArgs:
        if self.resolution % 2:
            raise ValueError(f"resolution ({self.resolution}) must be even")
        return self


class LearningRates(_Args):
    """Factors of the decoder's columns; the keys are those of the reference's optimiser."""

    xyz: float = Field(1.0, alias="_xyz")
    features_dc: float = Field(1.0, alias="_features_dc")
    opacity: float = Field(1.0, alias="_opacity")
    scaling: float = Field(1.0, alias="_scaling")
    rotation: float = Field(1.0, alias="_rotation")


class SplatArgs(_Args):
    """How columns become splats (`representation_config`); lengths in the object's units.

    voxel_size    reach of a splat around its voxel's centre, in voxels: 1.5 is half a voxel plus a quarter on each side
    scale_floor   standard deviation that every splat has at least (`3d_filter_kernel_size`)
    """

    lr: LearningRates
    perturb_offset: bool
    voxel_size: Annotated[float, Field(gt=1)]
    num_gaussians: Count
    scale_floor: Annotated[float, Field(ge=0, alias="3d_filter_kernel_size")]
    scaling_bias: Annotated[float, Field(gt=0)]
    opacity_bias: Annotated[float, Field(gt=0, lt=1)]
    scaling_activation: Literal["softplus"]


class GaussianDecoderArgs(_TransformerArgs):
    """Of `GaussianDecoder`."""

    latent_channels: Count
    attn_mode: Literal["swin"]
    window_size: Count
    pe_mode: Literal["ape"] = "ape"
    qk_rms_norm: Literal[False] = False
    representation: SplatArgs = Field(alias="representation_config")


class SamplerArgs(_Args):
    """How a flow is sampled, see `sampler`.

    steps          of Euler's method
    cfg_strength   s of the guidance (1 + s) v_text - s v_empty, which therefore scales by 1 + s
    cfg_interval   times, both included, at which there is guidance
    rescale_t      above 1: shorter steps where there is more noise
    sigma_min      noise left at the end
    """

    steps: Annotated[int, Field(ge=1, le=1000)]
    cfg_strength: Annotated[float, Field(ge=0, le=100)]
    cfg_interval: tuple[float, float]
    rescale_t: Annotated[float, Field(gt=0)]
    sigma_min: Annotated[float, Field(ge=0, lt=1)] = 1e-5


class LatentScale(_Args):
    """Mean and standard deviation of each channel of the latents, which flows see normalised."""

    mean: Annotated[tuple[float, ...], Field(min_length=1)]
    std: Annotated[tuple[float, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _paired(self) -> LatentScale:
        if len(self.mean) != len(self.std):
            raise ValueError("mean and std must have one number per channel")
        return self


class PipelineArgs(_Args):
    """What `pipeline.json` says of sampling; its names of files are the weights table's business."""

    structure: SamplerArgs
    latents: SamplerArgs
    latent_scale: LatentScale


class TextArgs(_Args):
    """Of CLIP's text encoder, the `text_config` of its config.json."""

    vocab_size: Count = 49408
    hidden_size: Count = 512
    intermediate_size: Count = 2048
    num_hidden_layers: Count = 12
    num_attention_heads: Count = 8
    max_position_embeddings: Count = 77
    hidden_act: str = "quick_gelu"
    layer_norm_eps: Annotated[float, Field(gt=0)] = 1e-5


class _NetworkFile(BaseModel):
    name: str
    args: dict[str, object]


class _Sampler(BaseModel):
    name: Literal["FlowEulerGuidanceIntervalSampler"]
    args: dict[str, object]
    params: dict[str, object]

    def settings(self) -> SamplerArgs:
        return SamplerArgs.model_validate({**self.args, **self.params})


class _PipelineContent(BaseModel):
    sparse_structure_sampler: _Sampler
    slat_sampler: _Sampler
    slat_normalization: LatentScale


class _PipelineFile(BaseModel):
    args: _PipelineContent


class _ClipFile(BaseModel):
    text_config: TextArgs


Args = TypeVar("Args", StructureFlowArgs, StructureDecoderArgs, LatentFlowArgs, GaussianDecoderArgs)

CLASSES: dict[str, type[_Args]] = {
    "SparseStructureFlowModel": StructureFlowArgs,
    "SparseStructureDecoder": StructureDecoderArgs,
    "SLatFlowModel": LatentFlowArgs,
    "SLatGaussianDecoder": GaussianDecoderArgs,
}
"""The reference's names, which the files have."""

Model = TypeVar("Model", bound=BaseModel)


def read_args(path: Path, kind: type[Args]) -> Args:
    """Read the JSON file of a network of `kind`. Raises WeightsUnusable."""
    return parse_args(_read(path, _NetworkFile).model_dump(), kind, str(path))


def parse_args(content: dict[str, object], kind: type[Args], source: str) -> Args:
    """Return the arguments in `content`, {"name": …, "args": …}. Raises WeightsUnusable, naming `source`."""
    wanted = next(name for name, made in CLASSES.items() if made is kind)
    if content.get("name") != wanted:
        raise WeightsUnusable(f"{source} describes a {content.get('name')}, not a {wanted}")
    try:
        return kind.model_validate(content.get("args"))
    except ValidationError as error:
        raise WeightsUnusable(f"{source}: {_first(error)}") from error


def read_pipeline(path: Path) -> PipelineArgs:
    """Read a pipeline.json. Raises WeightsUnusable."""
    content = _read(path, _PipelineFile).args
    try:
        structure, latents = content.sparse_structure_sampler.settings(), content.slat_sampler.settings()
    except ValidationError as error:
        raise WeightsUnusable(f"{path}: {_first(error)}") from error
    return PipelineArgs(structure=structure, latents=latents, latent_scale=content.slat_normalization)


def read_text_args(path: Path) -> TextArgs:
    """Read the config.json of a CLIP model. Raises WeightsUnusable."""
    return _read(path, _ClipFile).text_config


def _read(path: Path, model: type[Model]) -> Model:
    try:
        return model.model_validate_json(path.read_bytes())
    except OSError as error:
        raise WeightsUnusable(f"{path} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise WeightsUnusable(f"{path}: {_first(error)}") from error


def _first(error: ValidationError) -> str:
    fault = error.errors()[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
