"""The denoiser: Stable Diffusion 2.1's U-Net from diffusers, also as MVDream's (Shi et al. 2023, arXiv 2308.16512).

MVDream differs in two ways: a camera per view is embedded and added to the time embedding, as diffusers' projected
class embedding does; and self-attention runs over all views of an object (`JoinedViews`). Rows of a batch are ordered
by object, then view: row = object · V + view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

CAMERA_VALUES = 16
"""A flattened 4 × 4 pose."""


@dataclass(frozen=True)
class UNetSize:
    """Size of the network. All blocks but the last have attention."""

    channels: tuple[int, ...]
    layers: int
    head_channels: int
    context: int
    """Width of the text embeddings."""

    latent_px: int
    """Width and height of the latents it was trained on."""

    @property
    def heads(self) -> tuple[int, ...]:
        """Number of attention heads of each block."""
        return tuple(width // self.head_channels for width in self.channels)


SD21_UNET = UNetSize((320, 640, 1280, 1280), layers=2, head_channels=64, context=1024, latent_px=64)


class JoinedViews:
    """A diffusers attention processor: self-attention over the tokens of all views of an object at once.

    Joining [B·V, L, C] to [B, V·L, C] is enough, since norms, projections and the residual work per token.
    """

    def __init__(self, views: int, attend: Any) -> None:
        self._views = views
        self._attend = attend

    def __call__(self, attn: Any, hidden_states: Tensor, *_: Any, **__: Any) -> Tensor:
        """Return the attention output [B·V, L, C]; self-attention has neither a mask nor a context."""
        rows, tokens, width = hidden_states.shape
        joined = hidden_states.reshape(rows // self._views, self._views * tokens, width)
        attended: Tensor = self._attend(attn, joined)
        return attended.reshape(rows, tokens, width)


def make_unet(size: UNetSize, views: int = 0) -> Any:
    """Return a diffusers UNet2DConditionModel, without loaded parameters; MVDream's if `views` is not 0.

    forward(x_t [B, 4, h, w], t [B], context [B, 77, C], class_labels = cameras [B, 16] of its own dtype for MVDream).
    """
    from diffusers import UNet2DConditionModel  # noqa: PLC0415
    from diffusers.models.attention_processor import AttnProcessor2_0  # noqa: PLC0415

    inner = len(size.channels) - 1
    cameras = {"class_embed_type": "projection", "projection_class_embeddings_input_dim": CAMERA_VALUES}
    unet = UNet2DConditionModel(
        sample_size=size.latent_px,
        block_out_channels=size.channels,
        layers_per_block=size.layers,
        down_block_types=("CrossAttnDownBlock2D",) * inner + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * inner,
        cross_attention_dim=size.context,
        attention_head_dim=size.heads,  # diffusers' misnomer: these are counts
        use_linear_projection=True,
        **(cameras if views else {}),
    )
    if views:
        joined = JoinedViews(views, AttnProcessor2_0())
        processors = unet.attn_processors
        unet.set_attn_processor(
            {name: joined if name.endswith("attn1.processor") else each for name, each in processors.items()}
        )
    return unet.eval().requires_grad_(requires_grad=False)
