"""Request a splat from a validator's axon, as a user with a wallet does, and save the best result.

python mocks/mock_client.py --prompt "pink bicycle" --out bicycle.spz --subtensor.network finney \\
  --netuid 17 --wallet.name … --wallet.hotkey …

Also takes the flags of neurons/serve_miner.py. The validator must serve users (--public_api.enabled) and allow this
hotkey. Exit status: 0 saved; 1 the job failed; 2 invalid flags, or no usable wallet; 3 no validator accepts the prompt;
4 the hotkey is not registered, or no validator was found.
"""

from __future__ import annotations

import asyncio
import base64
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

if not __package__:  # run as a script: import this repository's packages, not the modules next to it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from pydantic import Field

from mocks.calling import NO_TASK, Failed, run_once, validators_of
from mocks.output import say
from neurons.chain.contract import Seat
from neurons.messages import TaskStatus
from neurons.settings import MinerSettings
from neurons.wire.dendrite import Dendrite
from neurons.wire.peers import Peer, PeerError, shorten
from serving.ending import run_program

PATIENCE_S = 900.0
"""Longer than a validator keeps a job."""
JOB_FAILED = 1
UNDERWAY = (TaskStatus.IN_QUEUE, TaskStatus.IN_PROGRESS)


class ClientSettings(MinerSettings):
    """What to request and where to save it; the wallet and the chain of a miner's settings."""

    prompt: str = "pink bicycle"
    """prompt of the job"""
    out: Path = Path("result.spz")
    """file to write"""
    poll: Annotated[float | None, Field(gt=0, le=3600)] = None
    """seconds between status checks; by default what the validator asks for"""


async def request_splat(settings: ClientSettings, wallet: Any) -> int:
    """Run one job from request to file and return the exit status. Raises Failed or ChainError."""
    seats = await validators_of(settings, wallet, 0.0)
    async with Dendrite(wallet.hotkey, settings.chain.netuid) as dendrite:
        peer, job_id, interval_s = await _submit(dendrite, seats, settings.prompt)
        poll_s = settings.poll or interval_s
        say("job", f"{shorten(job_id)} of {peer}; polling every {poll_s:g} s")
        deadline, last = time.monotonic() + PATIENCE_S, None
        while time.monotonic() < deadline:
            await asyncio.sleep(poll_s)
            try:
                status, results = await dendrite.status(peer, job_id)
            except PeerError as error:
                say("validator", str(error))
                continue
            if status != last:
                say("status", status.name.lower() if status else "unknown")
                last = status
            if status is TaskStatus.DONE and results:
                asset = base64.b64decode(results, validate=True)
                settings.out.write_bytes(asset)
                say("saved", f"{settings.out}, {len(asset):,} bytes")
                return 0
            if status not in UNDERWAY:
                raise Failed(JOB_FAILED, "the validator has no result")
    raise Failed(JOB_FAILED, f"no result within {PATIENCE_S:g} s")


async def _submit(dendrite: Any, seats: Sequence[Seat], prompt: str) -> tuple[Peer, str, int]:
    """Return the first validator that accepts the prompt, the job's id and the polling interval (s). Raises Failed."""
    for seat in seats:
        peer = Peer(seat.hotkey, seat.ip, seat.port, seat.stake)
        try:
            job_id, interval_s = await dendrite.generate(peer, prompt)
        except PeerError as error:
            say("validator", f"{peer}: {error}")
        else:
            return peer, job_id, interval_s
    raise Failed(NO_TASK, "no validator accepts the prompt")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one job and return the exit status."""
    return run_once("mock_client.py", ClientSettings, argv, "Requests a splat from a validator.", request_splat)


if __name__ == "__main__":
    run_program(main)
