"""The texts that TRELLIS is conditioned on: CLIP's text encoder, all of its last states."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from generation.networks import checkpoints
from generation.networks.checkpoints import State, WeightsUnusable
from generation.networks.trellis.args import TextArgs

TOKENS = 77
TEXT_PREFIX = "text_model."
"""Of the text encoder's tensors in a whole CLIP model's file."""
START, END = "<|startoftext|>", "<|endoftext|>"


class ClipTokenizer:
    """CLIP's byte-pair tokenizer as transformers has it, from vocab.json and merges.txt; pads with the end token.

    Raises WeightsUnusable for invalid files.
    """

    def __init__(self, vocab: Path, merges: Path) -> None:
        from transformers import CLIPTokenizer  # noqa: PLC0415

        try:
            ids = json.loads(vocab.read_text(encoding="utf-8"))
            lines = merges.read_text(encoding="utf-8").splitlines()[1:]  # the first line is a version
            pairs = [(first, second) for first, second in (line.split() for line in lines if line)]
            self._tokenizer = CLIPTokenizer(vocab=ids, merges=pairs)
            self._end = int(ids[END])
        except (OSError, ValueError, KeyError) as error:
            raise WeightsUnusable(f"{vocab} and {merges} do not make a tokenizer: {error}") from error

    def __call__(self, prompts: Sequence[str]) -> Tensor:
        """Return token ids [B, 77]: lower-cased, between start and end tokens, truncated or padded with the end."""
        rows = self._tokenizer(list(prompts), truncation=True, max_length=TOKENS)["input_ids"]
        return torch.tensor([[*row, *[self._end] * (TOKENS - len(row))] for row in rows])


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
