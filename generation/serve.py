"""The generation service on :8093: text to 3D Gaussian splats over HTTP.

python generation/serve.py [--config FILE] [--host H] [--port P] …   (from anywhere; also python -m generation.serve)
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a script: import this repository's packages, not the modules next to it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from generation.settings import read_settings
from serving.logs import configure_logging
from serving.settings import SettingsError, exit_with_error


def main(argv: Sequence[str] | None = None) -> int:
    """Run the service until it is stopped; return the exit status."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads share the cores: no spinning at barriers
    try:
        settings = read_settings(argv)
        configure_logging(settings.shell)

        # Only now: torch takes seconds to import, and a wrong flag should be reported at once.
        from generation.app import create_app  # noqa: PLC0415
        from generation.pipeline import build_pipeline  # noqa: PLC0415
        from generation.telemetry import ProgressBar  # noqa: PLC0415
        from serving.server import serve  # noqa: PLC0415

        pipeline = build_pipeline(settings.config.backend, settings.config.options)
        bar = ProgressBar() if sys.stderr.isatty() and settings.shell.logging == "plain" else None
        return serve(create_app(settings, pipeline, bar=bar), settings.shell)
    except SettingsError as error:
        exit_with_error("serve.py", error)


if __name__ == "__main__":
    sys.exit(main())
