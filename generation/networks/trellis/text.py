"""The texts that TRELLIS is conditioned on: CLIP's text encoder, all of its last states."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from generation.networks import checkpoints
from generation.networks.checkpoints import State
from generation.networks.text import BytePairs
from generation.networks.trellis.args import TextArgs

TEXT_PREFIX = "text_model."
"""Of the text encoder's tensors in a whole CLIP model's file."""


class ClipTokenizer:
    """CLIP's byte-pair tokenizer as transformers has it, from vocab.json and merges.txt; pads with the end token.

    Raises WeightsUnusable for invalid files.
    """

    def __init__(self, vocab: Path, merges: Path) -> None:
        self._tokenizer = BytePairs(vocab, merges)

    def __call__(self, prompts: Sequence[str]) -> Tensor:
        """Return token ids [B, 77]: lower-cased, between start and end tokens, truncated or padded with the end."""
        return self._tokenizer.rows(prompts, self._tokenizer.end_id)


def make_text_encoder(args: TextArgs) -> Any:
    """Return a transformers CLIPTextModel, without loaded parameters."""
    from transformers import CLIPTextConfig, CLIPTextModel  # noqa: PLC0415

    return CLIPTextModel(CLIPTextConfig(**args.model_dump()))


def load_text_encoder(args: TextArgs, state: State, device: torch.device) -> Any:
    """Load the text encoder in float32 from a whole CLIP model's `state`. Raises WeightsUnusable."""
    own = {name: tensor for name, tensor in state.items() if name.startswith(TEXT_PREFIX)}
    with torch.device("meta"):
        names = set(make_text_encoder(args).state_dict())
    converted = checkpoints.text_state(own, args.num_hidden_layers, names)
    return checkpoints.load_network(lambda: make_text_encoder(args), converted, torch.float32, device)


@torch.no_grad()
def embed(encoder: Any, ids: Tensor) -> Tensor:
    """Return the states [B, 77, C] of token ids [B, 77] after the last norm; the padding is not masked."""
    states: Tensor = encoder(input_ids=ids.to(encoder.device)).last_hidden_state
    return states
