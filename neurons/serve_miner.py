"""The miner: python neurons/serve_miner.py --wallet.name … --wallet.hotkey … [flags]   (see docs/running_miner.md)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

if __package__ in {None, ""}:  # run as a script: python put this folder on the path, not the repository's root
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from neurons.settings import miner_settings
from serving.settings import SettingsError


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the miner until it is told to stop; the exit status."""
    try:
        settings = miner_settings(argv)

        # Only now: the SDK takes seconds to import, and a wrong flag should be told at once.
        from neurons.miner.process import mine  # noqa: PLC0415
        from neurons.process import log_retired, run, start_logging  # noqa: PLC0415

        shell = start_logging(settings.logging, settings.neuron.http_port)
        log_retired(settings)
        return run(partial(mine, settings, shell))
    except SettingsError as error:
        print(f"serve_miner.py: {error}", file=sys.stderr)  # noqa: T201
        return os.EX_CONFIG


if __name__ == "__main__":
    sys.exit(main())
