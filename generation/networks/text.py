"""Prompts to embeddings: OpenCLIP ViT-H's text tower by transformers, one block short, as Stable Diffusion 2 uses it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

TOKENS = 77
PAD = "!"
"""Token 0: open_clip pads with it, where CLIP's own tokenizer pads with the end of the text."""


@dataclass(frozen=True)
class TextSize:
    """What differs between one size and another. `layers` are those that run: the checkpoint has one more."""

    width: int
    layers: int
    heads: int
    vocabulary: int = 49408


SD21_TEXT = TextSize(width=1024, layers=23, heads=16)


class Tokenizer:
    """CLIP's byte pairs from a folder with vocab.json and merges.txt."""

    def __init__(self, folder: Path) -> None:
        from transformers import CLIPTokenizer  # noqa: PLC0415

        self._tokenizer = CLIPTokenizer.from_pretrained(str(folder), local_files_only=True, pad_token=PAD)

    def __call__(self, prompts: Sequence[str]) -> Tensor:
        """Token ids [B, 77]: lower-cased, start and end marked, padded with 0, cut so that the end mark is last."""
        wanted = {"padding": "max_length", "truncation": True, "max_length": TOKENS, "return_tensors": "pt"}
        ids: Tensor = self._tokenizer(list(prompts), **wanted)["input_ids"]
        return ids


def make_text_encoder(size: TextSize) -> Any:
    """A transformers CLIPTextModel; its parameters are yet to be loaded."""
    from transformers import CLIPTextConfig, CLIPTextModel  # noqa: PLC0415

    config = CLIPTextConfig(
        vocab_size=size.vocabulary,
        hidden_size=size.width,
        intermediate_size=4 * size.width,
        projection_dim=size.width,
        num_hidden_layers=size.layers,
        num_attention_heads=size.heads,
        max_position_embeddings=TOKENS,
        hidden_act="gelu",
    )
    return CLIPTextModel(config).eval().requires_grad_(requires_grad=False)


@torch.no_grad()
def embed(encoder: Any, ids: Tensor) -> Tensor:
    """Embeddings [B, 77, C] of token ids [B, 77]; only the causal mask, none for the padding."""
    embedded: Tensor = encoder(input_ids=ids.to(encoder.device)).last_hidden_state
    return embedded
