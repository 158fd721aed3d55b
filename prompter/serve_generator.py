"""Makes prompts for ever and submits them to a collector; answers only /health/, /ready/, /version/ and /metrics.

python prompter/serve_generator.py --config FILE [--port P]   (from anywhere; also python -m prompter.serve_generator)
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

if __package__ in {None, ""}:  # run as a script: python put this folder on the path, not the repository's root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tqdm.contrib.logging import logging_redirect_tqdm

from prompter.generator.service import create_app
from prompter.generator.settings import GeneratorConfig
from serving.logs import configure_logging
from serving.server import serve
from serving.settings import SettingsError, add_shell_arguments, read_yaml, shell_settings

DEFAULT_CONFIG = Path(__file__).resolve().parent / "resources" / "generator.yaml"


def main(argv: Sequence[str] | None = None) -> int:
    """Run until told to stop; the exit status."""
    parser = argparse.ArgumentParser(prog="serve_generator.py", description="Makes prompts and submits them.")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="YAML file (%(default)s)")
    add_shell_arguments(parser, default_port=0)  # 0: any free port, so that several run side by side
    args = parser.parse_args(argv)
    try:
        shell = shell_settings(args)
        config = read_yaml(args.config, GeneratorConfig)
        configure_logging(shell)
        if not sys.stderr.isatty() or shell.logging != "plain":
            return serve(create_app(config, shell), shell)
        with logging_redirect_tqdm():  # log lines go above the bar
            return serve(create_app(config, shell, with_bar=True), shell)
    except SettingsError as error:
        parser.exit(2, f"serve_generator.py: {error}\n")


if __name__ == "__main__":
    sys.exit(main())
