"""The choice of the validator to call next."""

from __future__ import annotations

import itertools

import pytest

from neurons.chain.contract import Seat, Snapshot
from neurons.miner.rules import MinerRules
from neurons.miner.validators import LATEST_S, Validators, find_validators

RULES = MinerRules()
PLAIN = {"stake": 5000.0, "permit": True, "ip": "10.0.0.1", "port": 8092}


def subnet(**seats: dict) -> Snapshot:
    made = []
    for uid, (hotkey, changes) in enumerate(seats.items()):
        one = {**PLAIN, **changes}
        made.append(Seat(uid, hotkey, "cold", one["stake"], 0.0, one["permit"], 0, one["ip"], one["port"]))
    return Snapshot(17, 100, tuple(made))


@pytest.fixture
def known(fake_clock) -> Validators:
    found = Validators(RULES, fake_clock.now, fake_clock.rng, version=10_000, monotonic=fake_clock.now)
    found.update(subnet(rich={"stake": 9000.0}, poor={"stake": 2000.0}), "me")
    fake_clock.time += LATEST_S
    return found


@pytest.mark.parametrize(
    "change", [{"stake": 999.0}, {"permit": False}, {"port": 0}, {"ip": "0.0.0.0"}, {"ip": ""}], ids=str
)
def test_validators_without_stake_permit_or_axon_are_not_called(change: dict) -> None:
    assert find_validators(subnet(other=change), "me", 1000.0) == []


def test_a_miner_does_not_ask_itself() -> None:
    assert [seat.hotkey for seat in find_validators(subnet(me={}, other={}), "me", 1000.0)] == ["other"]


def test_the_one_of_most_stake_is_first(known) -> None:
    assert [known.choose().hotkey, known.choose().hotkey, known.choose()] == ["rich", "poor", None]


def test_the_first_calls_are_spread(fake_clock) -> None:
    found = Validators(RULES, fake_clock.now, fake_clock.rng)
    found.update(subnet(one={}), "me")
    assert found.choose() is None
    assert 0 < found.wait_s() <= LATEST_S


def test_a_cooldown_is_waited_for_and_a_little_longer(known, fake_clock) -> None:
    rich, poor = known.choose(), known.choose()
    known.note_reply(rich, fake_clock.time + 100)
    assert 100 < known.wait_s() <= 100 + LATEST_S
    fake_clock.time += 100
    assert known.choose() is None
    fake_clock.time += LATEST_S
    assert known.choose() == rich
    assert poor.hotkey == "poor"


def test_a_cooldown_without_end_is_not_believed(known, fake_clock) -> None:
    rich, _ = known.choose(), known.choose()
    known.note_reply(rich, float(2**40))
    assert known.wait_s() <= RULES.max_cooldown_s + LATEST_S


def test_the_wait_doubles_with_each_failure(known, fake_clock) -> None:
    known.choose()
    waits = []
    for _ in range(12):
        poor = known.choose() or pytest.fail("nobody to ask")
        known.note_failure(poor)
        waits.append(known.wait_s())
        fake_clock.time += known.wait_s()
    assert waits[0] < 7
    assert all(later > 1.1 * earlier for earlier, later in itertools.pairwise(waits[:7]))
    assert max(waits) <= 1.25 * RULES.max_backoff_s
    assert len(set(waits)) == len(waits)  # jittered


def test_an_answer_ends_the_back_off(known, fake_clock) -> None:
    rich = known.choose()
    for _ in range(5):
        known.note_failure(rich)
    known.note_reply(rich, 0.0)
    known.note_failure(rich)
    assert known.wait_s() == 0  # the other one
    known.choose()
    assert known.wait_s() < 7


def test_a_time_to_come_back_is_kept(known) -> None:
    rich, _ = known.choose(), known.choose()
    known.note_failure(rich, retry_after_s=90)
    assert known.wait_s() == 90


def test_a_new_snapshot_keeps_what_is_known(known, fake_clock) -> None:
    rich, _ = known.choose(), known.choose()
    known.note_reply(rich, fake_clock.time + 100)
    known.update(subnet(rich={"stake": 10.0 + RULES.min_stake}), "me")
    assert len(known) == 2  # the other one is busy
    assert known.wait_s() > 100


def test_a_seat_that_changes_hands_starts_afresh(known, fake_clock) -> None:
    rich = known.choose()
    known.note_failure(rich)
    known.update(subnet(heir={"stake": 9000.0}), "me")
    assert known.reachable == len(known) == 1
    fake_clock.time += LATEST_S
    assert known.choose().hotkey == "heir"


@pytest.mark.parametrize("step_s", [-3600.0, 3600.0])
def test_a_clock_that_is_put_right_delays_no_call(fake_clock, step_s: float) -> None:
    monotonic = 0.0
    found = Validators(RULES, fake_clock.now, fake_clock.rng, monotonic=lambda: monotonic)
    found.update(subnet(one={}), "me")
    monotonic += LATEST_S
    found.note_reply(found.choose(), fake_clock.time + max(0.0, step_s) + 60)
    fake_clock.time += step_s + 70
    monotonic += 70
    assert found.wait_s() == 0
    assert found.choose() is not None


def test_a_validator_that_moved_is_asked_at_its_new_place(known, fake_clock) -> None:
    rich, _ = known.choose(), known.choose()
    known.note_failure(rich)
    assert known.reachable == 1
    known.update(subnet(rich={"ip": "10.0.0.9"}, poor={}), "me")
    assert known.reachable == 2
    fake_clock.time += 10
    assert known.choose().ip == "10.0.0.9"


def test_without_a_registration_no_validator_is_chosen(known) -> None:
    known.clear()
    assert known.choose() is None
    assert known.wait_s() is None


@pytest.mark.parametrize(("version", "log_lines"), [(10_001, 1), (10_000, 0), (9_000, 0), (None, 0)])
def test_a_newer_release_is_logged_once(known, caplog, version: int | None, log_lines: int) -> None:
    rich = known.choose()
    for _ in range(3):
        known.note_release(rich, version)
    assert sum("please update" in line for line in caplog.messages) == log_lines
