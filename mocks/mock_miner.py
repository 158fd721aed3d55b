"""Play one round of a miner, to check the set-up: pull a task, generate a splat, submit it.

python mocks/mock_miner.py --subtensor.network finney --netuid 17 --wallet.name … --wallet.hotkey … \\
  --logging.trace

Takes the flags of neurons/serve_miner.py. It asks validators for a task, the one with the most stake first, has the
generation service (--generation.endpoint) make a splat, and prints the validator's feedback. Exit status: 0 accepted;
1 judged, but not accepted; 2 invalid flags, or no usable wallet or generation service; 3 no validator has a task for
this hotkey now; 4 the hotkey is not registered, or no validator can be reached.
"""

from __future__ import annotations

import base64
import random
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

if not __package__:  # run as a script: import this repository's packages, not the modules next to it
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import httpx

from mocks.calling import NO_TASK, NOT_SET_UP, UNREACHABLE, Failed, run_once, validators_of
from mocks.output import say
from neurons.chain.contract import Seat
from neurons.messages import SubmitReply, Task
from neurons.miner.delivery import Clock, deliver
from neurons.miner.rules import MinerRules
from neurons.miner.validators import format_release
from neurons.services.generation import GenerationClient, GenerationError
from neurons.services.keys import key_file
from neurons.settings import MinerSettings
from neurons.wire.dendrite import Dendrite
from neurons.wire.peers import Calls, Peer, PeerError, shorten
from serving.ending import run_program

ACCEPTED, NOT_ACCEPTED = 0, 1


async def play(settings: MinerSettings, wallet: Any) -> int:
    """Play one round and return the exit status. Raises Failed or ChainError."""
    auth = key_file(settings.generation.api_key_file)
    async with (
        httpx.AsyncClient(auth=auth, trust_env=False) as client,
        Dendrite(wallet.hotkey, settings.chain.netuid) as dendrite,
    ):
        service = GenerationClient(settings.generation.endpoints[0], client)
        if not await service.ready():
            raise Failed(NOT_SET_UP, f"no generation service is ready at {service.url}")
        seats = await validators_of(settings, wallet, settings.neuron.min_stake_to_set_weights)
        peer, task = await pull_task(dendrite, seats)
        say("task", f"{task.prompt!r}, to be sent within {task.submit_before - time.time():.0f} s")
        results = await generate(service, task)
        verdict = await deliver(dendrite, peer, task, results, MinerRules(), Clock(time.time, random.Random()))
        return report(verdict)


async def pull_task(calls: Calls, seats: Sequence[Seat]) -> tuple[Peer, Task]:
    """Return the first task that a validator gives, and that validator. Raises Failed."""
    reached = False
    for seat in seats:
        peer = Peer(seat.hotkey, seat.ip, seat.port, seat.stake)
        try:
            reply = await calls.pull(peer)
        except PeerError as error:
            say("validator", f"{peer}: {error}")
            continue
        reached = True
        runs = format_release(reply.version) if reply.version is not None else "an unknown release"
        say("validator", f"{peer}, stake {seat.stake:g}, runs {runs} with scorer {shorten(reply.scorer) or 'unknown'}")
        if reply.task is not None:
            return peer, reply.task
        wait_s = max(0.0, reply.cooldown_until - time.time())
        say("no task", f"{shorten(reply.reason_code) or 'no reason given'}; ask again in {wait_s:.0f} s")
    if reached:
        raise Failed(NO_TASK, "no validator has a task now")
    raise Failed(UNREACHABLE, "no validator can be reached")


async def generate(service: GenerationClient, task: Task) -> str:
    """Generate a splat for the task and return it in base64. Raises Failed."""
    seed, started = secrets.randbits(32), time.monotonic()
    try:
        made = await service.generate(task.prompt, seed)
    except GenerationError as error:
        raise Failed(NOT_SET_UP, f"the generation service failed: {error}") from error
    say("generated", f"{len(made):,} bytes in {time.monotonic() - started:.1f} s, seed {seed}")
    return base64.b64encode(made).decode("ascii")


def report(reply: SubmitReply | None) -> int:
    """Print the feedback and return the exit status. Raises Failed if there is none."""
    if reply is None:
        raise Failed(UNREACHABLE, "the validator sent no feedback")
    score = "none" if reply.score is None else f"{reply.score:.4f} by {shorten(reply.scorer)}, seed {reply.seed}"
    say("score", score)
    fidelity, average = reply.task_fidelity_score, reply.average_fidelity_score
    accepted = reply.generations_within_8_hours
    say("feedback", f"fidelity {fidelity:g}, average {average:.3f}, {accepted} accepted in 8 h")
    say("reward", f"{reply.current_miner_reward:.3f}")
    if reply.reason_code:
        say("reason", f"{shorten(reply.reason_code)}: {shorten(reply.detail)}")
    say("cooldown", f"{max(0.0, reply.cooldown_until - time.time()):.0f} s")
    return ACCEPTED if reply.task_fidelity_score > 0 else NOT_ACCEPTED


def main(argv: Sequence[str] | None = None) -> int:
    """Play one round and return the exit status."""
    return run_once("mock_miner.py", MinerSettings, argv, "Plays one round of a miner, to check the set-up.", play)


if __name__ == "__main__":
    run_program(main)
