"""A miner that cheats, with the flags of the honest one. A subnet must not pay it.

python mocks/cheating_miner.py --subtensor.network devnet --devnet.path FILE --wallet.name … --generation.endpoint URL

Its tricks, in turn: a good asset of another prompt, noise, and its last asset again. All are well-formed splats,
properly signed and on time, so only scoring can catch them.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

if not __package__:  # run as a script: import this repository's packages, not the modules next to it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import httpx

from mocks import cheats
from neurons.messages import PullReply, Task
from neurons.miner.validators import find_validators
from neurons.services.keys import key_file
from neurons.settings import MinerSettings, read_neuron_flags
from neurons.wire.dendrite import Dendrite
from neurons.wire.peers import Calls, Peer, PeerError
from serving.ending import run_program
from serving.settings import SettingsError, exit_with_error
from splats.codecs import encode_spz

logger = logging.getLogger(__name__)

OTHER_PROMPTS = ("green dragon", "wooden chair", "red lighthouse", "silver robot")
PAUSE_S = 1.0


@dataclass
class Tricks:
    """The assets of a cheat; `client` calls a generation service."""

    client: httpx.AsyncClient
    last: bytes = b""

    async def other_prompt(self, turn: int) -> bytes:
        """Return an honest asset of another prompt."""
        prompt = OTHER_PROMPTS[turn % len(OTHER_PROMPTS)]
        response = await self.client.post("/generate_raw/", data={"prompt": prompt})
        response.raise_for_status()
        return response.content

    async def noise(self, turn: int) -> bytes:
        """Return random splats, different ones each time."""
        return await asyncio.to_thread(lambda: encode_spz(cheats.noise(seed=turn)))

    async def replay(self, _turn: int) -> bytes:
        """Return the last asset again, byte for byte."""
        return self.last


async def cheat(settings: MinerSettings, stop: asyncio.Event) -> int:
    """Cheat until `stop` is set and return the exit status."""
    from neurons.chain.opening import chain_worker, open_wallet  # noqa: PLC0415

    wallet = open_wallet(settings.wallet)
    worker = chain_worker(settings.chain, wallet)
    auth = key_file(settings.generation.api_key_file)
    async with (
        httpx.AsyncClient(base_url=settings.generation.endpoints[0], auth=auth, trust_env=False, timeout=60) as client,
        Dendrite(wallet.hotkey, settings.chain.netuid) as dendrite,
    ):
        tricks, turn = Tricks(client), 0
        while not stop.is_set():
            seats = find_validators(await worker.read(lambda chain: chain.snapshot()), dendrite.hotkey, 0.0)
            peers = [Peer(seat.hotkey, seat.ip, seat.port, seat.stake) for seat in seats]
            task = await next_task(dendrite, peers[0], stop) if peers else None
            if task is None:
                await _pause(stop, PAUSE_S)
                continue
            await _play(tricks, turn, dendrite, peers[0], task)
            turn += 1
    await worker.close()
    return 0


async def _play(tricks: Tricks, turn: int, calls: Calls, peer: Peer, task: Task) -> None:
    """Play the next trick and log its result."""
    trick = (tricks.other_prompt, tricks.noise, tricks.replay)[turn % 3]
    try:
        tricks.last = await trick(turn)
        reply = await calls.submit(peer, task, base64.b64encode(tricks.last).decode("ascii"))
    except (PeerError, httpx.HTTPError) as error:
        logger.warning("%s: %s", trick.__name__, error)
    else:
        logger.info(
            "%s: score %s, %s",
            trick.__name__,
            reply.score,
            reply.reason_code or f"fidelity {reply.task_fidelity_score}",
        )


async def next_task(calls: Calls, peer: Peer, stop: asyncio.Event) -> Task | None:
    """Return the next task from the validator, or None if `stop` is set first."""
    reply = PullReply()
    while reply.task is None and not stop.is_set():
        await _pause(stop, reply.cooldown_until - time.time())
        try:
            reply = await calls.pull(peer)
        except PeerError as error:
            logger.warning("%s", error)
            return None
    return reply.task


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), max(seconds, 0.1))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the cheat until a signal and return the exit status."""
    try:
        settings = read_neuron_flags(MinerSettings, "cheating_miner.py", argv, "A miner that cheats.")
        from neurons.process import run, start_logging  # noqa: PLC0415

        start_logging(settings.logging)
        return run(partial(cheat, settings))
    except SettingsError as error:
        exit_with_error("cheating_miner.py", error)


if __name__ == "__main__":
    run_program(main, status_of_early_stop=0)
