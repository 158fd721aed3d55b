"""Shared code of the mocks that call validators: flags, the choice of validators, exit statuses.

Exit status 2: invalid flags, or no usable wallet or service; 3: no validator accepts the request now; 4: the hotkey is
not registered, or no validator was found. 0 and 1 have a meaning of their own in each program.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from mocks.output import say
from neurons.chain.contract import ChainError, Seat
from neurons.miner.validators import find_validators
from neurons.settings import MinerSettings, read_neuron_flags
from serving.settings import SettingsError, exit_with_error

NOT_SET_UP, NO_TASK, UNREACHABLE = 2, 3, 4

Settings = TypeVar("Settings", bound=MinerSettings)


class Failed(Exception):
    """The program cannot continue. Has its exit status, and the message to print."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


async def validators_of(settings: MinerSettings, wallet: Any, min_stake: float) -> list[Seat]:
    """Return the validators to call, the one with the most stake first. Raises Failed or ChainError."""
    from neurons.chain.opening import chain_worker  # noqa: PLC0415

    worker = chain_worker(settings.chain, wallet)
    try:
        snapshot = await worker.read(lambda chain: chain.snapshot())
    finally:
        await worker.close()
    hotkey = str(wallet.hotkey.ss58_address)
    if hotkey not in snapshot.by_hotkey:
        raise Failed(UNREACHABLE, f"the hotkey {hotkey} is not registered on subnet {snapshot.netuid}")
    say("registered", f"uid {snapshot.by_hotkey[hotkey].uid} of subnet {snapshot.netuid}, block {snapshot.block}")
    seats = sorted(find_validators(snapshot, hotkey, min_stake), key=lambda seat: -seat.stake)
    if not seats:
        raise Failed(UNREACHABLE, f"no validator has a permit, a stake of {min_stake:g} and an axon")
    return seats


def run_once(
    program: str,
    model: type[Settings],
    argv: Sequence[str] | None,
    description: str,
    work: Callable[[Settings, Any], Coroutine[Any, Any, int]],
) -> int:
    """Run `work(settings, wallet)` with the flags of `model` and return the exit status; print one line if it fails."""
    try:
        settings = read_neuron_flags(model, program, argv, description)
        from neurons.chain.opening import open_wallet  # noqa: PLC0415  the SDK takes seconds to import
        from neurons.process import start_logging  # noqa: PLC0415

        start_logging(settings.logging)
        return asyncio.run(work(settings, open_wallet(settings.wallet)))
    except Failed as error:
        say("failed", str(error))
        return error.status
    except ChainError as error:
        say("failed", f"the chain: {error}")
        return UNREACHABLE
    except SettingsError as error:
        exit_with_error(program, error)
