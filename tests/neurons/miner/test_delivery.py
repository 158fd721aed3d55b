"""Sending one result until the validator replies with a verdict."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from neurons.messages import SubmitReply, Task
from neurons.miner.delivery import deliver
from neurons.miner.rules import MinerRules
from neurons.wire.peers import CallRefusedError, NoReplyError, Peer, PeerUnreachableError

RULES = MinerRules()
PEER = Peer("V", "10.0.0.1", 8092, 5000.0)
ACCEPTED = SubmitReply(task_fidelity_score=1.0)


@dataclass
class Scripted:
    """A validator that answers with what is next."""

    script: Iterator
    sent: list[str] = field(default_factory=list)

    async def submit(self, peer: Peer, task: Task, results: str) -> SubmitReply:
        self.sent.append(results)
        said = next(self.script)
        if isinstance(said, Exception):
            raise said
        return said


def delivered(clock, *script, lasts_s: float = 600.0) -> tuple[SubmitReply | None, list[str]]:
    calls = Scripted(iter(script))
    task = Task("t", "a red car", clock.now() + lasts_s)
    return asyncio.run(deliver(calls, PEER, task, "eA==", RULES, clock)), calls.sent


def test_a_reply_is_the_end(fake_clock) -> None:
    assert delivered(fake_clock, ACCEPTED) == (ACCEPTED, ["eA=="])
    assert fake_clock.slept == []


@pytest.mark.parametrize(
    "error", [NoReplyError("lost"), PeerUnreachableError("no connection"), CallRefusedError(503, "busy")], ids=str
)
def test_a_lost_reply_is_asked_for_with_the_same_bytes(fake_clock, error: Exception) -> None:
    answer, sent = delivered(fake_clock, error, error, ACCEPTED)
    assert (answer, sent) == (ACCEPTED, ["eA=="] * 3)
    assert 0 < fake_clock.slept[0] < fake_clock.slept[1]


def test_the_retry_time_of_a_busy_validator_is_used(fake_clock) -> None:
    delivered(fake_clock, CallRefusedError(503, "busy", retry_after_s=45), ACCEPTED)
    assert fake_clock.slept == [45]


def test_a_fault_of_the_validator_is_waited_out(fake_clock) -> None:
    fault = SubmitReply(validation_failed=True, cooldown_until=fake_clock.now() + 30)
    answer, sent = delivered(fake_clock, fault, ACCEPTED, lasts_s=20)  # the deadline is put off by the time lost
    assert (answer, len(sent)) == (ACCEPTED, 2)
    assert 30 < fake_clock.slept[0] < 35


def test_a_result_that_is_too_large_is_not_sent_again(fake_clock) -> None:
    assert delivered(fake_clock, CallRefusedError(413, "too large")) == (None, ["eA=="])


def test_after_the_deadline_nothing_is_sent(fake_clock) -> None:
    answer, sent = delivered(fake_clock, *[NoReplyError("lost")] * 99, lasts_s=60)
    assert answer is None
    assert 2 < len(sent) < 8
    assert sum(fake_clock.slept) < 60


def test_a_validator_that_never_answers_is_given_up(fake_clock) -> None:
    answer, sent = delivered(fake_clock, *[NoReplyError("lost")] * 99, lasts_s=10_000)
    assert (answer, len(sent)) == (None, RULES.max_submissions)
