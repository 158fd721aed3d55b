"""The table of backends."""

from __future__ import annotations

import subprocess
import sys

from generation.backends import LOADERS


def test_procedural_is_a_backend() -> None:
    assert "procedural" in LOADERS


def test_importing_the_backends_loads_no_geometry_library() -> None:
    code = (
        "import sys, generation.backends; print([m for m in ('trimesh', 'skimage', 'diffusers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
