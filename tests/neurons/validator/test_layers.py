"""Imports within the validator point one way: the validator's own modules → axon → tasks."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("folder", "allowed"), [("tasks", ("tasks",)), ("axon", ("axon", "tasks"))], ids=["tasks", "axon"]
)
def test_a_folder_imports_only_those_below_it(root: Path, folder: str, allowed: tuple[str, ...]) -> None:
    for path in (root / "neurons/validator" / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("neurons.validator"):
                imported = f"{node.module}.".removeprefix("neurons.validator.")
                assert imported.startswith(tuple(f"{name}." for name in allowed)), f"{path}: {node.module}"
