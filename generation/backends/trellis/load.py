"""Load TRELLIS as a generator."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from torch import Tensor

from generation.backends.contract import Generated, Generator, Report
from generation.backends.learned import WeightFiles, best_candidate, read_weights_table
from generation.backends.options import read_options
from generation.backends.trellis.generator import TrellisGenerator, share_of
from generation.backends.trellis.options import TrellisOptions
from generation.networks.trellis.compiling import compile_networks

TEXTS_KEPT = 256
"""States of texts in the cache, at 230 KiB each."""

_STRUCTURE_SHARE = 0.3
"""Of the progress of several candidates on one structure."""


def load(device: str, **given: object) -> Generator:
    """Load the generator's networks onto `device`. Raises BackendUnusable, SettingsError, WeightsUnusable."""
    options = read_options(TrellisOptions, "trellis", given)
    names = [options.trellis, options.decoders, options.text_encoder, options.tokenizer]
    files = WeightFiles(read_weights_table(options.weights), names, device, options.dtype, offline=options.offline)

    model, shipped = files.trellis_model(options.trellis, options.decoders, options.text_encoder, options.tokenizer)
    if options.compiled:
        compile_networks(model)
    generator = TrellisGenerator(
        options=options,
        model=model,
        texts=cached_texts(model.embed),
        structure_sampling=options.structure.applied_to(shipped.structure),
        latent_sampling=options.latents.applied_to(shipped.latents),
    )
    best = best_candidate(generator, options)
    return _on_one_structure(generator, options) if options.keep_structure and options.candidates > 1 else best


def cached_texts(embed: Callable[[list[str]], Tensor]) -> Callable[[str], Tensor]:
    """Return a function that embeds one text and keeps the last TEXTS_KEPT of them."""
    return lru_cache(TEXTS_KEPT)(lambda text: embed([text]))


def _on_one_structure(generator: TrellisGenerator, options: TrellisOptions) -> Generator:
    """Return a generator whose candidates share the structure of the first: only the second stage is repeated."""

    def generate(prompt: str, seed: int, report: Report) -> Generated:
        coords = generator.find_structure(prompt, seed, share_of(report, 0.0, _STRUCTURE_SHARE))

        def build(prompt: str, seed: int, report: Report) -> Generated:
            return generator.build_on(coords, prompt, seed, report)

        return best_candidate(build, options)(prompt, seed, share_of(report, _STRUCTURE_SHARE, 1.0))

    return generate
