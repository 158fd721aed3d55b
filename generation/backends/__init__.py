"""The generators by name. A loader imports its libraries only when called."""

from __future__ import annotations

from collections.abc import Callable

from generation.backends.contract import BackendUnusable, Generator


def load_procedural(device: str) -> Generator:
    """Load the generator without a learned model, which builds objects from parts. Raises BackendUnusable for a GPU."""
    if device != "cpu":
        raise BackendUnusable(f"the procedural generator runs on the cpu, not on {device}")
    from generation.backends.procedural import load  # noqa: PLC0415 - scipy, trimesh and scikit-image load here

    return load()


def load_lgm(device: str, **options: object) -> Generator:
    """Load LGM, which reconstructs splats from MVDream's four views."""
    from generation.backends.lgm import load  # noqa: PLC0415

    return load(device, **options)


def load_guided(device: str, **options: object) -> Generator:
    """Load the guided generator, which optimises splats by score distillation."""
    from generation.backends.guided.load import load  # noqa: PLC0415

    return load(device, **options)


def load_trellis(device: str, **options: object) -> Generator:
    """Load TRELLIS, which makes splats in seconds."""
    from generation.backends.trellis.load import load  # noqa: PLC0415

    return load(device, **options)


LOADERS: dict[str, Callable[..., Generator]] = {
    "guided": load_guided,
    "lgm": load_lgm,
    "procedural": load_procedural,
    "trellis": load_trellis,
}
"""Loader by backend name: (device, **options of the YAML file) → the generator."""
