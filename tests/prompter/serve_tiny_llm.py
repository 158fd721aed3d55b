"""Runs an OpenAI-compatible server that needs no download: `transformers serve` with a tiny random Llama.

python tests/prompter/serve_tiny_llm.py FOLDER PORT   (builds the model in FOLDER, then becomes the server)

Its vocabulary is whole words and list markers, so that its random output looks like a real model's list, and many of
the items pass as prompts.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

WORDS = (
    "red blue green golden silver black white pink purple orange wooden bronze marble copper velvet glass "
    "ancient tiny huge round slim rusty shiny striped curved carved "
    "chair lamp robot dragon castle bicycle teapot crown sword helmet tractor lantern violin cactus owl "
    "leather ceramic crystal spotted fluffy"
)
MARKS = ("\n", "\n\n", "\n-", "\n*", "\n1.", "\n2.", "\n3)", "\n4.", "\n5:", "\n**", "\n•", "\n12.")
SPECIAL = ("<unk>", "<s>", "</s>", "<pad>")
TEMPLATE = "{% for message in messages %}{{ message['content'] }} {% endfor %}"


def build(folder: Path) -> None:
    """Save the model and its tokenizer, less than 0.5 MB."""
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    entries = [*SPECIAL, *WORDS.split(), *MARKS]
    words = Tokenizer(WordLevel({word: i for i, word in enumerate(entries)}, unk_token="<unk>"))
    words.pre_tokenizer = WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, unk_token="<unk>", bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=len(entries),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=2048,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=3,
    )
    model = LlamaForCausalLM(config)
    model.generation_config.do_sample = True
    model.save_pretrained(folder)


def main() -> None:
    """Build the model, then replace this process by the server."""
    folder, port = Path(sys.argv[1]).resolve(), sys.argv[2]
    build(folder)
    (folder / "cache").mkdir()
    env = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(folder / "cache"), "OMP_NUM_THREADS": "1"}
    server = Path(sys.executable).with_name("transformers")
    command = [str(server), "serve", str(folder), "--host", "127.0.0.1", "--port", port, "--device", "cpu"]
    os.execve(server, command, env)


if __name__ == "__main__":
    main()
