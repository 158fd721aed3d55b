"""A validator that hands out one prompt and gives every result the same score, for trying out a miner.

python mocks/mock_validator.py --prompt "pink bicycle" --score 0.9 --subtensor.network devnet …

This is the real validator, with the flags of neurons/serve_validator.py, but without a validation service: no result is
looked at, and each gets the score of --score. It never sets weights. Miners call it only if its hotkey has a permit and
enough stake.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

if not __package__:  # run as a script: import this repository's packages, not the modules next to it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from pydantic import AfterValidator, Field

from mocks.stand_in import served, stand_in
from neurons.settings import Dataset, Validation, ValidatorSettings, read_neuron_flags
from serving.ending import run_program
from serving.prompts import clean_prompt
from serving.settings import SettingsError, ShellSettings, exit_with_error


class MockValidatorSettings(ValidatorSettings):
    """A validator's settings, its one prompt, and the score of every result."""

    prompt: Annotated[str, AfterValidator(clean_prompt)] = "pink bicycle"
    """prompt of every task"""
    score: Annotated[float, Field(ge=0, le=1)] = 0.9
    """score of every result"""


def without_validation(settings: ValidatorSettings, scores: str, prompts: Path) -> ValidatorSettings:
    """Return settings with the scores of the service at `scores`, whichever scorer it has, and the file of prompts."""
    return settings.model_copy(
        update={"validation": Validation(endpoints=(scores,)), "dataset": Dataset(default_prompts_path=prompts)}
    )


async def validate(settings: MockValidatorSettings, shell: ShellSettings, wallet: Any, stop: asyncio.Event) -> int:
    """Serve until `stop` is set and return the exit status. The state is deleted afterwards."""
    from neurons.validator.neuron import run  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        prompts = Path(folder) / "prompts.txt"
        prompts.write_text(f"{settings.prompt}\n", encoding="utf-8")
        async with served(stand_in(settings.score)) as scores:
            return await run(without_validation(settings, scores, prompts), shell, wallet, Path(folder), stop)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until a signal and return the exit status."""
    try:
        settings = read_neuron_flags(
            MockValidatorSettings, "mock_validator.py", argv, "Gives every result the same score, to try out a miner."
        )
        from neurons import process  # noqa: PLC0415  the SDK takes seconds to import
        from neurons.chain.opening import open_wallet  # noqa: PLC0415

        shell = process.start_logging(settings.logging, settings.neuron.http_port)
        wallet = open_wallet(settings.wallet)
        return process.run(lambda stop: validate(settings, shell, wallet, stop))
    except SettingsError as error:
        exit_with_error("mock_validator.py", error)


if __name__ == "__main__":
    run_program(main, status_of_early_stop=0)
