"""Runs the prompt generator, which submits to a collector; serves only /health/, /ready/, /version/ and /metrics.

python prompter/serve_generator.py --config FILE [--port P]   (from anywhere; also python -m prompter.serve_generator)
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

if not __package__:  # run as a script: import this repository's packages, not the modules next to it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tqdm.contrib.logging import logging_redirect_tqdm

from prompter.generator.service import create_app
from prompter.generator.settings import GeneratorConfig
from serving.logs import configure_logging
from serving.server import serve
from serving.settings import (
    NO_PREFIX,
    FrozenSettings,
    SettingsError,
    ShellSettings,
    exit_with_error,
    read_flags,
    read_yaml,
)


class GeneratorFlags(FrozenSettings):
    """The command line."""

    config: Path = Path(__file__).resolve().parent / "resources" / "generator.yaml"
    """YAML file"""
    shell: Annotated[ShellSettings, NO_PREFIX] = ShellSettings(port=0)  # any free port, so that several run at once


def main(argv: Sequence[str] | None = None) -> int:
    """Run until a signal and return the exit status."""
    try:
        flags = read_flags(
            GeneratorFlags, "serve_generator.py", argv, "Generates prompts and submits them to a collector."
        )
        shell, config = flags.shell, read_yaml(flags.config, GeneratorConfig)
        configure_logging(shell)
        if not sys.stderr.isatty() or shell.logging != "plain":
            return serve(create_app(config, shell), shell)
        with logging_redirect_tqdm():  # log lines go above the bar
            return serve(create_app(config, shell, with_bar=True), shell)
    except SettingsError as error:
        exit_with_error("serve_generator.py", error)


if __name__ == "__main__":
    sys.exit(main())
