"""The validator neuron: gives tasks to miners on :8092, scores their results and sets weights.

python neurons/serve_validator.py --wallet.name … --wallet.hotkey …   (also python -m neurons.serve_validator)

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
    """Run the validator until a signal and return the exit status."""
    # Imported here, since it takes seconds during which a signal should already end the program with status 0.
    from neurons.settings import validator_settings  # noqa: PLC0415
    from serving.settings import SettingsError, exit_with_error  # noqa: PLC0415

    try:
        settings = validator_settings(argv)

        # Imported here, since the SDK takes seconds and a wrong flag should be reported at once.
        from neurons import process  # noqa: PLC0415
        from neurons.chain.opening import open_wallet  # noqa: PLC0415

        shell = process.start_logging(settings.logging, settings.neuron.http_port)
        process.log_retired(settings)
        if settings.check:
            from neurons.validator.check import check  # noqa: PLC0415

            return check(settings)
        wallet = open_wallet(settings.wallet)

        from neurons.validator.neuron import run  # noqa: PLC0415

        with process.lock_folder(process.state_folder(settings, "validator")) as folder:
            return process.run(lambda stop: run(settings, shell, wallet, folder, stop))
    except SettingsError as error:
        exit_with_error("serve_validator.py", error)


if __name__ == "__main__":
    run_program(main, status_of_early_stop=0)
