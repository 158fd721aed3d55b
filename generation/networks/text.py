"""Text embeddings by OpenCLIP ViT-H's text encoder without its last block, as in Stable Diffusion 2."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from generation.networks.checkpoints import WeightsUnusable

TOKENS = 77
START, END = "<|startoftext|>", "<|endoftext|>"
"""The marks around a text, as the vocabulary spells them."""
PAD_ID = 0
"""open_clip pads with token 0, which the network was trained with; CLIP's own tokenizer pads with the end token."""


@dataclass(frozen=True)
class TextSize:
    """Size of the network. `layers` are those that run: the checkpoint has one more."""

    width: int
    layers: int
    heads: int
    vocabulary: int = 49408


SD21_TEXT = TextSize(width=1024, layers=23, heads=16)


class BytePairs:
    """The vocabulary of CLIP's tokenizer, from vocab.json and merges.txt. Raises WeightsUnusable for invalid files."""

    def __init__(self, vocab: Path, merges: Path) -> None:
        from transformers import CLIPTokenizer  # noqa: PLC0415

        try:
            ids = json.loads(vocab.read_text(encoding="utf-8"))
            lines = merges.read_text(encoding="utf-8").splitlines()[1:]  # the first line is a version
            pairs = [(first, second) for first, second in (line.split() for line in lines if line)]
            self._tokenizer = CLIPTokenizer(vocab=ids, merges=pairs)
            self.end_id = int(ids[END])
        except (OSError, ValueError, KeyError) as error:
            raise WeightsUnusable(f"{vocab} and {merges} are not a valid tokenizer: {error}") from error

    def rows(self, texts: Sequence[str], pad_id: int) -> Tensor:
        """Return token ids [B, 77]: lower-cased, between start and end tokens, truncated or padded with `pad_id`.

        An end mark that is part of a text does not end it.
        """
        rows = self._tokenizer(list(texts), truncation=True, max_length=TOKENS, split_special_tokens=True)["input_ids"]
        # Pad here: token 0 is "!", and as the padding token it would no longer be read as part of a prompt.
        return torch.tensor([[*row, *[pad_id] * (TOKENS - len(row))] for row in rows])


class Tokenizer:
    """CLIP's byte-pair tokenizer, from vocab.json and merges.txt. Raises WeightsUnusable for invalid files.

    Reads text as open_clip does, with which the text encoders were trained, but takes every mark in it literally.
    """

    def __init__(self, vocab: Path, merges: Path) -> None:
        self._tokenizer = BytePairs(vocab, merges)

    def __call__(self, prompts: Sequence[str]) -> Tensor:
        """Return token ids [B, 77]: lower-cased, between start and end tokens, truncated or padded with 0."""
        return self._tokenizer.rows([clean_text(prompt) for prompt in prompts], PAD_ID)


def clean_text(text: str) -> str:
    """Repair text that was decoded wrongly, replace HTML entities and join white space, as open_clip does."""
    import ftfy  # noqa: PLC0415

    return " ".join(html.unescape(html.unescape(ftfy.fix_text(text))).split())


def make_text_encoder(size: TextSize) -> Any:
    """Return a transformers CLIPTextModel, without loaded parameters."""
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
    """Return embeddings [B, 77, C] of token ids [B, 77], with the causal mask but none for the padding."""
    embedded: Tensor = encoder(input_ids=ids.to(encoder.device)).last_hidden_state
    return embedded
