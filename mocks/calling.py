"""Shared by the mocks that call validators: which validators to ask, output lines, and exit statuses for scripts.

0 and 1 are each program's own; 2: bad flags, wallet or service; 3: no validator accepts the request now; 4: the hotkey
is not registered, or no validator was found.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from neurons.chain.contract import ChainError, Seat
from neurons.miner.validators import find_validators
from neurons.settings import MinerSettings, miner_settings
from serving.settings import SettingsError

NOT_SET_UP, NO_TASK, NOBODY = 2, 3, 4


class Failed(Exception):
    """Ends the round with an exit status and a message."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


async def validators_of(settings: MinerSettings, wallet: Any, min_stake: float) -> list[Seat]:
    """Return the validators that may be asked, by stake in descending order. Raises Failed or ChainError."""
    from neurons.chain.opening import chain_worker  # noqa: PLC0415

    worker = chain_worker(settings.chain, wallet)
    try:
        snapshot = await worker.read(lambda chain: chain.snapshot())
    finally:
        await worker.close()
    hotkey = str(wallet.hotkey.ss58_address)
    if hotkey not in snapshot.by_hotkey:
        raise Failed(NOBODY, f"the hotkey {hotkey} is not registered on subnet {snapshot.netuid}")
    say("registered", f"seat {snapshot.by_hotkey[hotkey].uid} of subnet {snapshot.netuid}, block {snapshot.block}")
    seats = sorted(find_validators(snapshot, hotkey, min_stake), key=lambda seat: -seat.stake)
    if not seats:
        raise Failed(NOBODY, f"no validator has a permit, a stake of {min_stake:g} and an axon")
    return seats


def say(what: str, words: str) -> None:
    """Print one output line."""
    print(f"{what:<11} {words}", flush=True)


def run_once(program: str, argv: Sequence[str] | None, work: Callable[[MinerSettings, Any], Awaitable[int]]) -> int:
    """Run `work(settings, wallet)` with a miner's flags and return the exit status; print one line if it fails."""
    try:
        settings = miner_settings(argv)
        from neurons.chain.opening import open_wallet  # noqa: PLC0415  the SDK takes seconds to import
        from neurons.process import start_logging  # noqa: PLC0415

        start_logging(settings.logging)
        return asyncio.run(_done(work(settings, open_wallet(settings.wallet))))
    except Failed as error:
        say("failed", str(error))
        return error.status
    except ChainError as error:
        say("failed", f"the chain: {error}")
        return NOBODY
    except SettingsError as error:
        print(f"{program}: {error}", file=sys.stderr)
        return NOT_SET_UP


async def _done(work: Awaitable[int]) -> int:
    return await work
