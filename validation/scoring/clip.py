"""Encode images and texts as unit vectors with CLIP, through open_clip and from local files.

Every forward pass has one of two fixed shapes (16 images, 1 text), so that a vector never depends on what else is
encoded at the same time.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from validation.assets.views import VIEW_COUNT
from validation.errors import ScorerError
from validation.scoring.scorer import Dtype, ScorerFiles

TEXT_CACHE_SIZE = 2048
"""Cached text vectors, 1 to 4 kB each: those of the fixed prompts and of the last hours."""
TOKEN_CACHE_SIZE = 20_000
"""Words in the tokenizer's cache before it is cleared; open_clip does not limit it."""

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16}


class Encoder(Protocol):
    """The part of a model that scoring uses."""

    def images(self, views: Tensor) -> Tensor:
        """Encode images [16, H, W, 3] in [0, 1] as unit vectors [16, D] float32."""

    def texts(self, texts: Sequence[str]) -> Tensor:
        """Encode texts as unit vectors [T, D] float32."""


class ClipEncoder:
    """An open_clip model in evaluation mode on one device. Returns vectors as float32 on the CPU.

    `dtype` is that of the image tower. Texts are always encoded in float32: each is encoded once only, and this halves
    the error that bf16 makes in a cosine. Thread-safe; passes run one at a time.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        tokenizer: Any,
        preprocess: tuple[Tensor, Tensor],
        dtype: Dtype,
        *,
        text_cache_size: int = TEXT_CACHE_SIZE,
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._mean, self._std = preprocess  # [3] each
        self._dtype = _DTYPES[dtype]
        self._device = next(model.parameters()).device
        self._cache_size = text_cache_size
        self._cache: OrderedDict[str, Tensor] = OrderedDict()
        self._lock = threading.Lock()

    def images(self, views: Tensor) -> Tensor:
        """Encode images [16, H, W, 3] in [0, 1] as unit vectors [16, D]. Raises ValueError for another shape."""
        if views.shape[0] != VIEW_COUNT:
            raise ValueError(f"views must be [{VIEW_COUNT}, H, W, 3], not {list(views.shape)}")
        pixels = ((views - self._mean) / self._std).permute(0, 3, 1, 2).contiguous()  # [16, 3, H, W]
        with self._lock, torch.inference_mode():
            vectors = self._model.encode_image(pixels.to(self._device, self._dtype))  # type: ignore[operator]
            return torch.nn.functional.normalize(vectors.float(), dim=-1).cpu()

    def texts(self, texts: Sequence[str]) -> Tensor:
        """Encode texts, one at a time and cached, as unit vectors [T, D]."""
        with self._lock, torch.inference_mode():
            return torch.stack([self._text(text) for text in texts])

    def _text(self, text: str) -> Tensor:
        if text in self._cache:
            self._cache.move_to_end(text)
            return self._cache[text]
        if len(getattr(self._tokenizer, "cache", ())) > TOKEN_CACHE_SIZE:
            self._tokenizer.cache = {token: token for token in ("<start_of_text>", "<end_of_text>")}
        tokens = self._tokenizer([text]).to(self._device)  # [1, L]
        vector = torch.nn.functional.normalize(self._model.encode_text(tokens).float(), dim=-1)[0].cpu()  # type: ignore[operator]
        self._cache[text] = vector
        if len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
        return vector


def load_encoder(
    files: ScorerFiles, dtype: Dtype = "fp32", device: str = "cpu", *, text_cache_size: int = TEXT_CACHE_SIZE
) -> ClipEncoder:
    """Load the scorer's model from local files. Raises ScorerError when a file does not match its constants."""
    model, tokenizer = load_model(files)
    model_files = files.constants.model
    preprocess = (torch.tensor(model_files.mean), torch.tensor(model_files.std))
    model.to(device)
    model.visual.to(_DTYPES[dtype])
    return ClipEncoder(model, tokenizer, preprocess, dtype, text_cache_size=text_cache_size)


def load_model(files: ScorerFiles) -> tuple[torch.nn.Module, Any]:
    """Load a scorer's open_clip model (float32, evaluation mode) and its tokenizer. Raises ScorerError."""
    try:
        import open_clip  # noqa: PLC0415  heavy, and only servers and tools need it
    except ImportError as error:
        raise ScorerError('open_clip is not installed: pip install "three-gen-subnet[validation]"') from error
    model_files = files.constants.model
    architecture = _architecture(files, open_clip)
    model = open_clip.CLIP(**architecture)
    try:
        model.load_state_dict(read_weights(files.weights), strict=True)
    except RuntimeError as error:
        name, reason = model_files.architecture or model_files.config, " ".join(str(error).split())[:400]
        raise ScorerError(f"{files.weights} does not fit the model {name}: {reason}") from error
    model_px, image_px = architecture["vision_cfg"]["image_size"], files.constants.image_px
    if model_px != image_px:
        raise ScorerError(f"image_px is {image_px}, but the model takes {model_px}")
    merges = {"bpe_path": str(files.path(model_files.merges))} if model_files.merges else {}
    tokenizer = open_clip.SimpleTokenizer(context_length=architecture["text_cfg"]["context_length"], **merges)
    return model.eval().requires_grad_(requires_grad=False), tokenizer


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read a state dict (float32, open_clip's names) from .safetensors, a torch file or OpenAI's TorchScript archive.

    Never runs pickled code. Raises ScorerError for any other file.
    """
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file  # noqa: PLC0415

            state: dict[str, Tensor] = load_file(path)
        elif _is_torchscript(path):
            state = dict(torch.jit.load(path, map_location="cpu").state_dict())  # type: ignore[no-untyped-call]
        else:
            loaded = torch.load(path, map_location="cpu", weights_only=True)
            state = loaded.get("state_dict", loaded)
    except Exception as error:
        raise ScorerError(f"cannot read {path} as model weights: {error}") from error
    drop = {"input_resolution", "context_length", "vocab_size"}  # sizes that OpenAI's archive stores with the weights
    return {name.removeprefix("module."): value.float() for name, value in state.items() if name not in drop}


def _architecture(files: ScorerFiles, open_clip: Any) -> dict[str, Any]:
    model_files = files.constants.model
    if model_files.architecture is not None:
        found = open_clip.get_model_config(model_files.architecture)
    else:
        found = json.loads(files.path(str(model_files.config)).read_bytes())["model_cfg"]
    if found is None:
        raise ScorerError(f"this version of open_clip has no model {model_files.architecture!r}")
    wanted = {"embed_dim", "vision_cfg", "text_cfg", "quick_gelu"}
    return {name: value for name, value in found.items() if name in wanted}


def _is_torchscript(path: Path) -> bool:
    import zipfile  # noqa: PLC0415

    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("/constants.pkl") for name in archive.namelist())
