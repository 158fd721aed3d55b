"""The prompt collector on :9100: generators submit to it, validators fetch from it.

python prompter/serve_collector.py [--port P] [--db FILE] …   (from anywhere; also python -m prompter.serve_collector)
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a script: import this repository's packages, not the modules next to it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from serving.ending import run_program


def main(argv: Sequence[str] | None = None) -> int:
    """Run the service until a signal and return the exit status."""
    # Imported here, since it takes seconds during which a signal should already end the program with status 0.
    from neurons.chain.opening import chain_opener  # noqa: PLC0415
    from prompter.collector.app import create_app  # noqa: PLC0415
    from prompter.collector.policy import FetchPolicy  # noqa: PLC0415
    from prompter.collector.settings import CollectorSettings  # noqa: PLC0415
    from serving.logs import configure_logging  # noqa: PLC0415
    from serving.server import serve  # noqa: PLC0415
    from serving.settings import SettingsError, exit_with_error, read_flags  # noqa: PLC0415

    try:
        settings = read_flags(CollectorSettings, "serve_collector.py", argv, "Collects prompts for validators.")
        configure_logging(settings.shell)
        policy = FetchPolicy(
            chain_opener(settings.chain, None),
            min_stake=settings.min_stake,
            collector=settings.collector,
            require_bound=settings.require_bound,
        )
        try:
            return serve(create_app(settings, policy), settings.shell)
        except (sqlite3.Error, OSError) as error:
            raise SettingsError(f"cannot use {settings.db}: {error}; --db names another file") from error
    except SettingsError as error:
        exit_with_error("serve_collector.py", error)


if __name__ == "__main__":
    run_program(main, status_of_early_stop=0)
