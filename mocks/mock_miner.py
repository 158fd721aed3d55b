"""One round of a miner, to check that everything is in place: pull a task, generate a splat, submit it.

python mocks/mock_miner.py --subtensor.network finney --netuid 17 --wallet.name … --wallet.hotkey … \\
  --logging.trace

Takes the flags of neurons/serve_miner.py. Asks validators in the order of their stake until one gives a task, has the
generation service (--generation.endpoint) make a splat, and prints what the validator says of it. Exit status:
0 accepted; 1 judged, but not accepted; 2 flags, wallet or generation service are not as they must be; 3 no validator
has a task for this hotkey now; 4 the hotkey is not registered, or no validator can be reached.
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

if not __package__:  # run as a script: import this repository's packages, not the modules beside this file
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

import httpx

from mocks.calling import NO_TASK, NOBODY, NOT_SET_UP, Failed, run_once, say, validators_of
from neurons.chain.contract import Seat
from neurons.messages import PullReply, SubmitReply, Task
from neurons.miner.delivery import Clock, deliver
from neurons.miner.peers import Calls, Peer, PeerError, shorten
from neurons.miner.rules import MinerRules
from neurons.miner.validators import format_release
from neurons.services.generation import GenerationClient, GenerationError
from neurons.settings import MinerSettings, bearer

ACCEPTED, NOT_ACCEPTED = 0, 1


async def play(settings: MinerSettings, wallet: Any) -> int:
    """Play one round and return the exit status. Raises Failed or ChainError."""
    from neurons.miner.dendrite import Dendrite  # noqa: PLC0415  loads the SDK

    keys = bearer(settings.generation.api_key_file)
    async with (
        httpx.AsyncClient(headers=keys, trust_env=False) as client,
        Dendrite(wallet.hotkey, settings.chain.netuid) as dendrite,
    ):
        service = GenerationClient(settings.generation.endpoints[0], client)
        if not await service.ready():
            raise Failed(NOT_SET_UP, f"no generation service is ready at {service.url}")
        seats = await validators_of(settings, wallet, settings.neuron.min_stake_to_set_weights)
        peer, answer = await first_task(dendrite, seats)
        assert answer.task is not None
        say("task", f"{answer.task.prompt!r}, to be sent within {answer.task.submit_before - time.time():.0f} s")
        results = await generated(service, answer.task)
        judged = await deliver(dendrite, peer, answer.task, results, MinerRules(), Clock(time.time, random.Random()))
        return report(judged)


async def first_task(calls: Calls, seats: Sequence[Seat]) -> tuple[Peer, PullReply]:
    """Return the first task that a validator gives, and the validator. Raises Failed."""
    answered = False
    for seat in seats:
        peer = Peer(seat.hotkey, seat.ip, seat.port, seat.stake)
        try:
            answer = await calls.pull(peer)
        except PeerError as error:
            say("validator", f"{peer}: {error}")
            continue
        answered = True
        runs = format_release(answer.version) if answer.version is not None else "an unknown release"
        say("validator", f"{peer}, stake {seat.stake:g}, runs {runs} with scorer {shorten(answer.scorer) or 'unknown'}")
        if answer.task is not None:
            return peer, answer
        wait_s = max(0.0, answer.cooldown_until - time.time())
        say("no task", f"{shorten(answer.reason_code) or 'no reason given'}; ask again in {wait_s:.0f} s")
    raise Failed(*((NO_TASK, "no validator has a task now") if answered else (NOBODY, "no validator can be reached")))


async def generated(service: GenerationClient, task: Task) -> str:
    """Generate a splat for the task. Raises Failed."""
    seed, started = secrets.randbits(32), time.monotonic()
    try:
        made = await service.generate(task.prompt, seed)
    except GenerationError as error:
        raise Failed(NOT_SET_UP, f"the generation service failed: {error}") from error
    say("generated", f"{len(made):,} bytes in {time.monotonic() - started:.1f} s, seed {seed}")
    return base64.b64encode(made).decode("ascii")


def report(answer: SubmitReply | None) -> int:
    """Print the feedback and return the exit status. Raises Failed when there is none."""
    if answer is None:
        raise Failed(NOBODY, "the validator sent no feedback")
    score = "none" if answer.score is None else f"{answer.score:.4f} by {shorten(answer.scorer)}, seed {answer.seed}"
    say("score", score)
    fidelity, average = answer.task_fidelity_score, answer.average_fidelity_score
    accepted = answer.generations_within_8_hours
    say("feedback", f"fidelity {fidelity:g}, average {average:.3f}, {accepted} accepted in 8 h")
    say("reward", f"{answer.current_miner_reward:.3f}")
    if answer.reason_code:
        say("reason", f"{shorten(answer.reason_code)}: {shorten(answer.detail)}")
    say("cooldown", f"{max(0.0, answer.cooldown_until - time.time()):.0f} s")
    return ACCEPTED if answer.task_fidelity_score > 0 else NOT_ACCEPTED


def main(argv: Sequence[str] | None = None) -> int:
    """Play one round and return the exit status."""
    return run_once("mock_miner.py", argv, play)


if __name__ == "__main__":
    sys.exit(main())
