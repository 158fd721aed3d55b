"""When weights are set, and how the result is confirmed, against a fake chain."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from neurons.chain.contract import ChainUnavailable, Outcome, Seat, Snapshot
from neurons.chain.worker import ChainWorker, Deadlines
from neurons.validator.weights import ConfirmedWeights, WeightRules, WeightSetter

OK = Outcome(True, "ok", "", 201, True)


@dataclass
class FakeChain:
    """A chain on which uid 0 is the validator. A write takes effect if `takes`, and returns or raises `answer`."""

    height: int = 200
    stake: float = 5000.0
    permit: bool = True
    last_update: int = 50
    wait: int = 0
    takes: bool = True
    answer: Outcome | Exception = OK
    away: bool = False
    writes: list[dict[int, float]] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    hotkeys: tuple[str, ...] = ("me", "a", "b")

    def block(self) -> int:
        return self.height

    def uid(self, hotkey: str) -> int | None:
        return self.hotkeys.index(hotkey) if hotkey in self.hotkeys else None

    def snapshot(self) -> Snapshot:
        if self.away:
            raise ChainUnavailable("away")
        mine = (self.stake, 0.0, self.permit, self.last_update)
        seats = (
            Seat(uid, hotkey, "cold", *(mine if hotkey == "me" else (0.0, 0.0, False, 0)), "0.0.0.0", 0)
            for uid, hotkey in enumerate(self.hotkeys)
        )
        return Snapshot(17, self.height, tuple(seats))

    def serve_axon(self, ip: str, port: int) -> Outcome:
        raise AssertionError

    def set_weights(self, weights: Mapping[int, float], version_key: int) -> Outcome:
        self.writes.append(dict(weights))
        self.keys.append(version_key)
        if self.takes:
            self.last_update = self.height + 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def blocks_until_weights(self) -> int:
        return self.wait

    def close(self) -> None:
        pass


def consider(
    chain: FakeChain,
    *heights: int,
    weights: Callable[[Snapshot], dict[int, float]] = lambda _snapshot: {1: 0.75, 2: 0.25},
    scorer_ok: bool = True,
) -> WeightSetter:
    """Return the setter after it was called with these heads."""

    async def story() -> WeightSetter:
        worker = ChainWorker(lambda: chain, Deadlines(), lambda: 0.0)
        setter = WeightSetter(worker, "me", WeightRules(100, 1000.0, 10_203), weights, lambda: scorer_ok)
        for height in heights or (chain.height,):
            chain.height = height
            await setter.consider(height)
        await worker.close()
        return setter

    return asyncio.run(story())


def test_weights_count_once_the_chain_shows_them() -> None:
    chain = FakeChain()
    setter = consider(chain)
    assert (chain.writes, chain.keys) == ([{1: 0.75, 2: 0.25}], [10_203])
    assert setter.confirmed == ConfirmedWeights(201, {1: 0.75, 2: 0.25}, visible=True)
    assert setter.held_back == ""


def test_weights_are_set_once_in_an_interval() -> None:
    chain = FakeChain()
    consider(chain, 149, *range(150, 252))
    assert len(chain.writes) == 2
    assert chain.last_update == 252


def test_weights_wait_until_the_chain_allows_them() -> None:
    chain = FakeChain(wait=7)
    consider(chain, 200, 201, 206)
    assert chain.writes == []
    chain.wait = 0
    consider(chain, 207)
    assert len(chain.writes) == 1


def test_a_write_that_the_chain_does_not_show_has_failed() -> None:
    chain = FakeChain(takes=False)
    setter = consider(chain, 200, 205, 210)
    assert setter.confirmed is None
    assert "shows no new weights (ok)" in setter.held_back
    assert len(chain.writes) == 2  # a tenth of the interval lies between two attempts


def test_an_unknown_result_is_read_back_before_anything_is_sent_again() -> None:
    chain = FakeChain(answer=ChainUnavailable("the answer was lost"))
    setter = consider(chain, 200, 210, 220)
    assert len(chain.writes) == 1
    assert setter.confirmed is not None


def test_a_refusal_is_reported_and_retried() -> None:
    chain = FakeChain(takes=False, answer=Outcome(False, "bad_version", "IncorrectWeightVersionKey", 201, True))
    setter = consider(chain)
    assert setter.held_back == "the chain shows no new weights (bad_version IncorrectWeightVersionKey)"


def test_committed_weights_are_reported_as_hidden() -> None:
    setter = consider(FakeChain(answer=Outcome(True, "committed", "", 201, False)))
    assert setter.confirmed is not None
    assert not setter.confirmed.visible


@pytest.mark.parametrize(
    ("chain", "words"),
    [
        (FakeChain(stake=999.0), "the stake of 999 is below 1000"),
        (FakeChain(permit=False), "no validator permit"),
        (FakeChain(hotkeys=("a", "b")), "holds no seat"),
        (FakeChain(away=True), "the chain cannot be read: away"),
    ],
)
def test_no_attempt_is_made_while_weights_cannot_be_set(chain: FakeChain, words: str) -> None:
    setter = consider(chain)
    assert chain.writes == []
    assert words in setter.held_back


def test_nothing_is_sent_if_nobody_has_earned_anything(caplog: pytest.LogCaptureFixture) -> None:
    chain = FakeChain()
    setter = consider(chain, 200, 210, 220, weights=lambda _snapshot: {})
    assert chain.writes == []
    assert setter.held_back == "no registered miner has earned anything"
    assert caplog.text.count("no registered miner has earned anything") == 1  # not with every block


def test_no_weights_are_set_with_another_scorer() -> None:
    chain = FakeChain()
    setter = consider(chain, scorer_ok=False)
    assert chain.writes == []
    assert "--validation.scorer" in setter.held_back


def test_weights_use_the_snapshot_of_the_attempt() -> None:
    chain = FakeChain()
    seen: list[Snapshot] = []

    def weights(snapshot: Snapshot) -> dict[int, float]:
        seen.append(snapshot)
        return {snapshot.by_hotkey["b"].uid: 1.0}

    consider(chain, weights=weights)
    chain.hotkeys, chain.last_update = ("me", "b", "new"), 50
    consider(chain, weights=weights)
    assert chain.writes == [{2: 1.0}, {1: 1.0}]
