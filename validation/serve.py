"""Starts the validation service on :8094: a prompt and a splat in, a score out. One of

python validation/serve.py --scorer three-gen-small
python validation/serve.py --scorer clip-vitb16-openai --weights ViT-B-16.pt --dtype bf16
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

if __name__ == "__main__":  # run as a file, before anything loads torch
    sys.path[0] = str(Path(__file__).resolve().parent.parent)  # import from the repository, not from this folder
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # worker and model share the cores: no spinning at barriers

from pydantic import ValidationError

from serving.errors import describe_validation
from serving.logs import configure_logging
from serving.server import serve
from serving.settings import SettingsError, add_shell_arguments, shell_settings
from serving.versions import package_version
from splats.errors import RendererMissing
from validation.app import create_app
from validation.errors import ScorerError
from validation.settings import Settings

PORT = 8094


def parse_arguments(argv: list[str] | None) -> tuple[argparse.ArgumentParser, argparse.Namespace]:
    """Parse the flags of this service."""
    parser = argparse.ArgumentParser(prog="serve.py", description="Scores Gaussian splats against prompts.")
    add_shell_arguments(parser, PORT)
    group = parser.add_argument_group("scorer")
    group.add_argument("--scorer", default="clip-vitb16-openai", help="name, name@version or folder (%(default)s)")
    group.add_argument("--weights", type=Path, metavar="PATH", help="weight file of a scorer that ships none")
    group.add_argument("--weights_sha256", metavar="HEX", help="refuse weights with another digest")
    group.add_argument(
        "--dtype", choices=["fp32", "bf16"], default="fp32", help="part of the scorer's name (%(default)s)"
    )
    group.add_argument(
        "--device", choices=["cpu", "cuda"], default="cpu", help="where to render and score (%(default)s)"
    )
    group.add_argument("--threads", type=int, default=0, help="CPU threads of the model; 0: one per core")
    group.add_argument("--asset_timeout_s", type=float, default=30.0, help="hard limit per asset (%(default)s)")
    return parser, parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Serve until a signal and return the exit status. If something is missing, exit at once with one line."""
    parser, args = parse_arguments(argv)
    from validation.loading import load_engine, version_text  # noqa: PLC0415  imports torch: not for --help

    try:
        shell = shell_settings(args)
        configure_logging(shell)
        names = ("scorer", "weights", "weights_sha256", "dtype", "device", "threads", "asset_timeout_s")
        settings = Settings(shell=shell, **{name: getattr(args, name) for name in names})
        version = version_text(settings, package_version())
        return serve(create_app(settings, version, lambda: load_engine(settings)), shell)
    except (SettingsError, ScorerError, RendererMissing) as error:
        parser.error(str(error))
    except ValidationError as error:
        parser.error(describe_validation(error.errors()))


if __name__ == "__main__":
    sys.exit(main())
