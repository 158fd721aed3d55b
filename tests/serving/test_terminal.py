"""Programs print any text on an ASCII terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PRINT = """
import sys
from serving.terminal import accept_any_text
accept_any_text()
print("caf\\xe9 \\u2026", file={})
"""


@pytest.mark.parametrize("stream", ["sys.stdout", "sys.stderr"])
@pytest.mark.parametrize("encoding", ["ascii", "ascii:strict", "latin-1"])
def test_letters_that_the_terminal_lacks_become_escapes(root: Path, stream: str, encoding: str) -> None:
    env = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, "-c", PRINT.format(stream)], env=env, capture_output=True, check=True)
    cafe = b"caf\xe9" if encoding == "latin-1" else rb"caf\xe9"
    assert (done.stdout or done.stderr).strip() == cafe + rb" \u2026"
