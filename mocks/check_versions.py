"""Ask every validator of the subnet which release it runs, and print a table.

python mocks/check_versions.py --subtensor.network finney --netuid 17 --wallet.name … --wallet.hotkey …

Takes the flags of neurons/serve_miner.py; the hotkey must be registered. Exit status: 0 all replied; 1 some did not;
2 invalid flags, or no usable wallet; 4 the hotkey is not registered, or no validator was found.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

if not __package__:  # run as a script: import this repository's packages, not the modules next to it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from mocks.calling import run_once, validators_of
from mocks.output import say
from neurons.chain.contract import Seat
from neurons.miner.validators import format_release
from neurons.settings import MinerSettings
from neurons.wire.dendrite import Dendrite
from neurons.wire.peers import Peer, PeerError, shorten
from serving.ending import run_program


async def ask_all(settings: MinerSettings, wallet: Any) -> int:
    """Print the table and return the exit status. Raises Failed or ChainError."""
    seats = await validators_of(settings, wallet, 0.0)
    async with Dendrite(wallet.hotkey, settings.chain.netuid) as dendrite:

        async def ask_one(seat: Seat) -> str | None:
            peer = Peer(seat.hotkey, seat.ip, seat.port, seat.stake)
            try:
                number, validation = await dendrite.version(peer)
            except PeerError as error:
                print(row(seat, "-", str(error)))
                return None
            print(row(seat, format_release(number), shorten(validation)))
            return format_release(number)

        found = await asyncio.gather(*(ask_one(seat) for seat in seats))
    answered = [version for version in found if version is not None]
    say("answered", f"{len(answered)} of {len(seats)}; releases: {', '.join(sorted(set(answered))) or 'none'}")
    return 0 if len(answered) == len(seats) else 1


def row(seat: Seat, version: str, validation: str) -> str:
    """Format one line of the table."""
    return f"{seat.uid:>4}  {seat.hotkey}  {seat.stake:>14,.1f}  {version:<10} {validation}"


def main(argv: Sequence[str] | None = None) -> int:
    """Ask once and return the exit status."""
    return run_once("check_versions.py", MinerSettings, argv, "Prints which release each validator runs.", ask_all)


if __name__ == "__main__":
    run_program(main)
