"""The generators by name. A loader imports what it needs only when called, so that naming a backend costs nothing."""

from __future__ import annotations

from collections.abc import Callable

from generation.backends.contract import BackendUnusable, Generator


def load_procedural(device: str) -> Generator:
    """The generator without a learned model: builds objects from parts. Raises BackendUnusable for a GPU."""
    if device != "cpu":
        raise BackendUnusable(f"the procedural generator works on the cpu, not on {device}")
    from generation.backends.procedural import load  # noqa: PLC0415 - scipy, trimesh and scikit-image load here

    return load()


def load_lgm(device: str, **options: object) -> Generator:
    """MVDream's four views, made splats by LGM."""
    from generation.backends.lgm import load  # noqa: PLC0415

    return load(device, **options)


def load_guided(device: str, **options: object) -> Generator:
    """A blob of splats, optimised until a diffusion model takes its pictures for the prompt's."""
    from generation.backends.guided.load import load  # noqa: PLC0415

    return load(device, **options)


LOADERS: dict[str, Callable[..., Generator]] = {"guided": load_guided, "lgm": load_lgm, "procedural": load_procedural}
"""Loader by backend name: (device, **options of the YAML file) → the generator."""
