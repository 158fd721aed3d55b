"""The miner neuron: pulls tasks from validators, generates splats and submits them.

python neurons/serve_miner.py --wallet.name … --wallet.hotkey …   (from anywhere; also python -m neurons.serve_miner)

Exit status: 0 after a stop, 1 after an error that a restart may fix, 2 for invalid flags.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

if not __package__:  # run as a script: import this repository's packages, not the modules next to it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from serving.ending import run_program


def main(argv: Sequence[str] | None = None) -> int:
    """Run the miner until a signal and return the exit status."""
    # Imported here, since it takes seconds during which a signal should already end the program with status 0.
    from neurons.settings import miner_settings  # noqa: PLC0415
    from serving.settings import SettingsError, exit_with_error  # noqa: PLC0415

    try:
        settings = miner_settings(argv)

        # Imported here, since the SDK takes seconds and a wrong flag should be reported at once.
        from neurons import process  # noqa: PLC0415
        from neurons.chain.opening import open_wallet  # noqa: PLC0415

        shell = process.start_logging(settings.logging, settings.neuron.http_port)
        process.log_retired(settings)
        wallet = open_wallet(settings.wallet)

        from neurons.miner.neuron import run  # noqa: PLC0415

        with process.lock_folder(process.state_folder(settings, "miner")):
            return process.run(lambda stop: run(settings, shell, wallet, stop))
    except SettingsError as error:
        exit_with_error("serve_miner.py", error)


if __name__ == "__main__":
    run_program(main, status_of_early_stop=0)
