"""A validator that hands out one prompt and gives every result the same score, to try a miner. It never sets weights.

python mocks/mock_validator.py --prompt "pink bicycle" --score 0.9 --subtensor.network devnet …

The real validator with the flags of neurons/serve_validator.py, but for a validation service: every result gets the
score that --score says, and nobody looks at it. Miners ask only a hotkey with a permit and the stake they want.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

if not __package__:  # run as a script: import this repository's packages, not the modules beside this file
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from mocks.stand_in import served, stand_in
from neurons.settings import Dataset, Validation, ValidatorSettings, validator_settings
from serving.schemas import clean_prompt
from serving.settings import SettingsError, ShellSettings


def mocked(settings: ValidatorSettings, scores: str, prompts: Path) -> ValidatorSettings:
    """Return settings with scores from that address and prompts from that file, which require no particular scorer."""
    return settings.model_copy(
        update={"validation": Validation(endpoints=(scores,)), "dataset": Dataset(default_prompts_path=prompts)}
    )


async def validate(
    settings: ValidatorSettings, shell: ShellSettings, wallet: Any, score: float, prompt: str, stop: asyncio.Event
) -> int:
    """Serve until `stop` is set and return the exit status. The state is deleted afterwards."""
    from neurons.validator.neuron import run  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        prompts = Path(folder) / "prompts.txt"
        prompts.write_text(f"{prompt}\n", encoding="utf-8")
        async with served(stand_in(score)) as scores:
            return await run(mocked(settings, scores, prompts), shell, wallet, Path(folder), stop)


def main(argv: Sequence[str] | None = None) -> int:
    """Run it until a signal and return the exit status."""
    parser = argparse.ArgumentParser(prog="mock_validator.py", add_help=False, allow_abbrev=False)
    parser.add_argument("--prompt", default="pink bicycle")
    parser.add_argument("--score", type=float, default=0.9)
    own, rest = parser.parse_known_args(argv)
    try:
        settings = validator_settings(rest)
        prompt = clean_prompt(own.prompt)
        from neurons import process  # noqa: PLC0415  the SDK takes seconds to import
        from neurons.chain.opening import open_wallet  # noqa: PLC0415

        shell = process.start_logging(settings.logging, settings.neuron.http_port)
        wallet = open_wallet(settings.wallet)
        return process.run(lambda stop: validate(settings, shell, wallet, own.score, prompt, stop))
    except (SettingsError, ValueError) as error:
        print(f"mock_validator.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
