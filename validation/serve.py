"""Starts the validation service on :8094: a prompt and a splat in, a score out. One of

python validation/serve.py --scorer three-gen-small
python validation/serve.py --scorer clip-vitb16-openai --weights ViT-B-16.pt --dtype bf16
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

if __name__ == "__main__":  # run as a file, before anything loads torch
    sys.path[0] = str(Path(__file__).resolve().parent.parent)  # import from the repository, not from this folder
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # worker and model share the cores: no spinning at barriers

from serving.logs import configure_logging
from serving.server import serve
from serving.settings import SettingsError, exit_with_error, read_flags
from serving.text import package_version
from splats.errors import RendererMissing
from validation.app import create_app
from validation.errors import ScorerError
from validation.settings import ValidationSettings


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until a signal and return the exit status. If something is missing, exit at once with one line."""
    try:
        settings = read_flags(ValidationSettings, "serve.py", argv, "Scores Gaussian splats against prompts.")
        configure_logging(settings.shell)

        from validation.loading import load_engine, version_text  # noqa: PLC0415  imports torch: not for --help

        version = version_text(settings, package_version())
        return serve(create_app(settings, version, lambda: load_engine(settings)), settings.shell)
    except (SettingsError, ScorerError, RendererMissing) as error:
        exit_with_error("serve.py", error)


if __name__ == "__main__":
    sys.exit(main())
