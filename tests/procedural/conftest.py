"""The vocabulary and the generator, each loaded once for all tests of the procedural generator."""

from __future__ import annotations

import pytest

from generation.backends import LOADERS
from generation.backends.contract import Generator
from procedural.language.vocabulary import Vocabulary, load_vocabulary


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture(scope="session")
def generate() -> Generator:
    return LOADERS["procedural"]("cpu")
