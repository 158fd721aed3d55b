"""The diagrams of docs/architecture.md: drawn from imports; circles, missing symbols and missing blocks are errors."""

from __future__ import annotations

import pytest

from tools import architecture
from tools.architecture import Step


def test_every_package_is_in_the_diagram() -> None:
    drawn = architecture.import_diagram(architecture.import_pairs())
    assert all(f'"{package}/"' in drawn for package in architecture.PACKAGES)


def test_an_import_that_another_implies_is_not_drawn() -> None:
    drawn = architecture.import_diagram({("a", "b"), ("b", "c"), ("a", "c")})
    assert 'b["b"] --> c["c"]' in drawn
    assert 'a["a"] --> c["c"]' not in drawn


def test_a_circle_of_folders_is_an_error() -> None:
    with pytest.raises(ValueError, match="circle of imports through a/, b/"):
        architecture.import_diagram({("a/", "b/"), ("b/", "a/")})


def test_a_walk_through_a_symbol_that_is_gone_is_an_error() -> None:
    with pytest.raises(LookupError, match="has no render_nothing"):
        architecture.walk((Step("splats/render.py", "render_nothing"),))


def test_a_page_without_a_block_is_an_error() -> None:
    with pytest.raises(LookupError, match="no block"):
        architecture.filled("# Architecture\n")


def test_the_page_shows_the_present_code() -> None:
    page = architecture.PAGE.read_text(encoding="utf-8")
    assert architecture.filled(page) == page, "run `python -m tools.architecture`"
