"""The text encoder's tokenizer, beside open_clip's, with which it was trained."""

from __future__ import annotations

import gzip
import importlib.util
import json
from pathlib import Path

import pytest
from open_clip.tokenizer import SimpleTokenizer

from generation.networks.checkpoints import WeightsUnusable
from generation.networks.text import Tokenizer


def clip_vocabulary(folder: Path) -> tuple[Path, Path]:
    """CLIP's vocab.json and merges.txt, from the list that open_clip brings."""
    spec = importlib.util.find_spec("open_clip")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    packed = Path(spec.submodule_search_locations[0]) / "bpe_simple_vocab_16e6.txt.gz"
    merges = gzip.decompress(packed.read_bytes()).decode().split("\n")[1 : 49152 - 256 - 2 + 1]
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [256 + n for n in range(256 - len(printable))]
    letters = [chr(code) for code in (*printable, *others)]
    words = [*letters, *(f"{x}</w>" for x in letters), *("".join(line.split()) for line in merges)]
    words += ["<|startoftext|>", "<|endoftext|>"]
    vocab, pairs = folder / "vocab.json", folder / "merges.txt"
    vocab.write_text(json.dumps({word: i for i, word in enumerate(words)}), encoding="utf-8")
    pairs.write_text("\n".join(["#version: 0.2", *merges]), encoding="utf-8")
    return vocab, pairs


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    return Tokenizer(*clip_vocabulary(tmp_path_factory.mktemp("clip")))


@pytest.fixture(scope="module")
def open_clips() -> SimpleTokenizer:
    return SimpleTokenizer()


def test_the_tokens(root, tokenizer) -> None:
    examples = json.loads((root / "tests/golden/tokens.json").read_text())
    ids = tokenizer([example["prompt"] for example in examples])
    assert ids.tolist() == [example["token_ids"] for example in examples]


def test_a_long_prompt_keeps_its_end_token(tokenizer) -> None:
    (row,) = tokenizer(["donut " * 100]).tolist()
    assert (len(row), row[0], row[-1]) == (77, 49406, 49407)


def test_an_exclamation_mark_is_read_although_it_is_the_padding(tokenizer) -> None:
    (row,) = tokenizer(["a donut !"]).tolist()
    assert row[:5] == [49406, 320, 18471, 256, 49407]


def test_an_invalid_vocabulary_is_refused(tmp_path) -> None:
    (tmp_path / "vocab.json").write_text("{")
    (tmp_path / "merges.txt").write_text("#version\n")
    with pytest.raises(WeightsUnusable, match="are not a valid tokenizer"):
        Tokenizer(tmp_path / "vocab.json", tmp_path / "merges.txt")


@pytest.mark.parametrize(
    "prompt",
    [
        "pink bicycle",
        "",
        "!",
        "café &amp; crème",
        "AT&amp;amp;T",
        "cafÃ©, decoded wrongly",
        "don’t “quote” it's",
        "emoji 😀 and ｆｕｌｌ width",
        "日本語の椅子",
        "हिन्दी में",
        "naïve İstanbul ẞ ¼ x²",
        "a--b\tc\n d",
        "an <|endoftext|> in the middle",
        "x<|startoftext|>y",
        "many " * 100,
    ],
)
def test_prompts_become_the_tokens_of_open_clip(prompt: str, tokenizer: Tokenizer, open_clips: SimpleTokenizer) -> None:
    assert tokenizer([prompt]).tolist() == open_clips([prompt]).tolist()


def test_no_mark_in_a_prompt_ends_it(tokenizer: Tokenizer) -> None:
    row = tokenizer(["<|endoftext|> <end_of_text> chair"])[0].tolist()
    assert row.count(49406) == row.count(49407) == 1
    assert row[row.index(49407) - 1] == tokenizer(["chair"])[0, 1]
