"""The miner neuron: asks validators for tasks, has splats made, sends them back.

python neurons/serve_miner.py --wallet.name … --wallet.hotkey … [flags]   (also python -m neurons.serve_miner)

Exit status: 0 after a stop, 1 when it cannot go on (start it again), 2 when its flags cannot be.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
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
        from neurons import process  # noqa: PLC0415
        from neurons.chain.opening import open_wallet  # noqa: PLC0415

        shell = process.start_logging(settings.logging, settings.neuron.http_port)
        process.log_retired(settings)
        wallet = open_wallet(settings.wallet)

        from neurons.miner.neuron import run  # noqa: PLC0415

        with process.sole_owner(process.state_folder(settings, "miner")):
            return process.run(lambda stop: run(settings, shell, wallet, stop))
    except SettingsError as error:
        sys.stderr.write(f"serve_miner.py: {error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())
