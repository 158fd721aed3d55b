"""The validation service on :8094: a prompt and a splat in, a score out.

python validation/serve.py --scorer three-gen-small   (from anywhere; also python -m validation.serve)
python validation/serve.py --scorer clip-vitb16-openai --weights ViT-B-16.pt --dtype bf16
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a script: import this repository's packages, not the modules next to it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from serving.logs import configure_logging
from serving.settings import SettingsError, exit_with_error, read_flags
from splats.errors import RendererMissing
from validation.errors import ScorerError
from validation.settings import ValidationSettings


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until a signal and return the exit status. If something is missing, exit at once with one line."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # worker and model share the cores: no spinning at barriers
    try:
        settings = read_flags(ValidationSettings, "serve.py", argv, "Scores Gaussian splats against prompts.")
        configure_logging(settings.shell)

        # Only now: torch takes seconds to import, and a wrong flag should be reported at once.
        from serving.server import serve  # noqa: PLC0415
        from serving.text import package_version  # noqa: PLC0415
        from validation.app import create_app  # noqa: PLC0415
        from validation.loading import load_engine, version_text  # noqa: PLC0415

        version = version_text(settings, package_version())
        return serve(create_app(settings, version, lambda: load_engine(settings)), settings.shell)
    except (SettingsError, ScorerError, RendererMissing) as error:
        exit_with_error("serve.py", error)


if __name__ == "__main__":
    sys.exit(main())
