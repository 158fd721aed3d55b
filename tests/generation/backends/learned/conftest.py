"""Tiny random weights of every network, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from mocks.tiny_weights import write_tiny_weights


@pytest.fixture(scope="session")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their table."""
    return write_tiny_weights(tmp_path_factory.mktemp("weights"))
