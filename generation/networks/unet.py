"""The denoiser: Stable Diffusion 2.1's U-Net by diffusers, and what makes MVDream of it (Shi et al. 2023, 2308.16512).

MVDream differs in two things: a camera per view is embedded and added to the time embedding (diffusers' projected class
embedding does just that), and self-attention runs over all views of an object at once (`JoinedViews`). Rows of a batch
are view-fastest: row = object · V + view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

CAMERA_VALUES = 16
"""A flattened 4 × 4 pose."""


@dataclass(frozen=True)
class UNetSize:
    """What differs between one size and another. All blocks but the last attend."""

    channels: tuple[int, ...]
    layers: int
    head_channels: int
    context: int
    """Width of the text's embedding."""

    latent_px: int
    """Side of the latent pictures it was trained on."""

    @property
    def heads(self) -> tuple[int, ...]:
        """Attention heads of each block."""
        return tuple(width // self.head_channels for width in self.channels)


SD21_UNET = UNetSize((320, 640, 1280, 1280), layers=2, head_channels=64, context=1024, latent_px=64)


class JoinedViews:
    """A diffusers attention processor: self-attention over the tokens of all views of an object at once.

    It joins [B·V, L, C] to [B, V·L, C]; norms, projections and the residual are per token, so that is all it takes.
    """

    def __init__(self, views: int, attend: Any) -> None:
        self._views = views
        self._attend = attend

    def __call__(self, attn: Any, hidden_states: Tensor, *_: Any, **__: Any) -> Tensor:
        """Attention output [B·V, L, C]; there is neither a mask nor a context in self-attention."""
        rows, tokens, width = hidden_states.shape
        joined = hidden_states.reshape(rows // self._views, self._views * tokens, width)
        attended: Tensor = self._attend(attn, joined)
        return attended.reshape(rows, tokens, width)


def make_unet(size: UNetSize, views: int = 0) -> Any:
    """A diffusers UNet2DConditionModel, MVDream's if `views` are joined. Its parameters are yet to be loaded.

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
        own = unet.attn_processors
        unet.set_attn_processor({name: joined if name.endswith("attn1.processor") else own[name] for name in own})
    return unet.eval().requires_grad_(requires_grad=False)
