"""Output lines of the mocks: a label and a text."""

from __future__ import annotations


def say(label: str, text: str) -> None:
    """Print one output line."""
    print(f"{label:<11} {text}", flush=True)
