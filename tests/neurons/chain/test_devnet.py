"""Behaviour of the real chain that the devnet imitates beyond the contract of `Chain`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from neurons.chain.contract import ChainError, ChainUnavailable
from neurons.chain.devnet.ledger import Ledger
from neurons.chain.wallets import make_wallet


@pytest.fixture
def clock(tools: Any) -> Any:
    return tools.Clock()


@pytest.fixture
def path(tmp_path: Path, clock: Any, tools: Any) -> Path:
    return tools.devnet_at(tmp_path / "net.db", clock)


def test_a_missing_file_is_reported_with_the_command(tmp_path: Path, clock: Any, tools: Any) -> None:
    with pytest.raises(ChainError, match=r"neurons\.chain\.devnet init"):
        tools.open_devnet(tmp_path / "none.db", clock)


def test_a_file_that_is_not_a_devnet_is_an_error(tmp_path: Path, clock: Any, tools: Any) -> None:
    (tmp_path / "x.db").write_text("not a database, but long enough to be looked at" * 100)
    with pytest.raises(ChainError, match="is not a devnet"):
        tools.open_devnet(tmp_path / "x.db", clock)


def test_a_devnet_is_never_overwritten(path: Path, clock: Any, tools: Any) -> None:
    with pytest.raises(ChainError, match="exists already"):
        tools.devnet_at(path, clock)


def test_a_file_that_cannot_be_written_now_is_an_unavailable_chain(path: Path, clock: Any, tools: Any) -> None:
    chain = tools.open_devnet(path, clock)
    chain._ledger._db.execute("PRAGMA query_only = 1")
    with pytest.raises(ChainUnavailable, match="the devnet file cannot be used: attempt to write"):
        chain.serve_axon("8.8.8.8", 8092)
    chain._ledger._db.execute("PRAGMA query_only = 0")
    assert chain.serve_axon("8.8.8.8", 8092).ok


def test_only_the_owner_can_read_the_file(path: Path) -> None:
    assert path.stat().st_mode & 0o077 == 0


def test_two_connections_see_the_same_block(path: Path, clock: Any, tools: Any) -> None:
    assert tools.open_devnet(path, clock).block() == tools.open_devnet(path, clock).block()


def test_a_write_is_included_in_the_block_after_the_head(path: Path, clock: Any, tools: Any) -> None:
    chain = tools.open_devnet(path, clock)
    head = chain.block()
    assert chain.serve_axon("8.8.8.8", 8092).block == head + 1
    assert chain.block() == head + 1


def test_registering_twice_is_refused_and_uses_up_the_nonce(path: Path, clock: Any, tools: Any) -> None:
    chain, ledger = tools.open_devnet(path, clock, "A"), Ledger(path)
    before = ledger.nonce("A")
    assert chain.register("cold").detail == "HotKeyAlreadyRegisteredInSubNet"
    assert ledger.nonce("A") == before + 1


def test_registration_costs_the_coldkey(path: Path, clock: Any, tools: Any) -> None:
    assert tools.open_devnet(path, clock, "C").register("poor").detail == "NotEnoughBalanceToStake"


def test_a_pool_rejection_uses_up_no_nonce(path: Path, clock: Any, tools: Any) -> None:
    chain, ledger = tools.open_devnet(path, clock), Ledger(path)
    before = ledger.nonce("V")
    chain.cause_fault("pool")
    assert chain.set_weights({1: 1.0}, 1).code == "rejected"
    assert ledger.nonce("V") == before


def test_a_dispatch_failure_uses_up_the_nonce_and_changes_nothing(path: Path, clock: Any, tools: Any) -> None:
    chain, ledger = tools.open_devnet(path, clock), Ledger(path)
    before = ledger.nonce("V")
    chain.cause_fault("dispatch")
    outcome = chain.set_weights({1: 1.0}, 1)
    assert (outcome.ok, outcome.code) == (False, "failed")
    assert ledger.nonce("V") == before + 1
    assert chain.weights() == {}


def test_a_write_with_a_lost_answer_takes_effect(path: Path, clock: Any, tools: Any) -> None:
    chain = tools.open_devnet(path, clock)
    chain.cause_fault("lost")
    with pytest.raises(ChainUnavailable, match="unknown"):
        chain.set_weights({1: 1.0}, 1)
    assert chain.weights() == {0: {1: 65_535}}


def test_a_hanging_call_is_unavailable_after_a_while(path: Path, clock: Any, tools: Any) -> None:
    chain = tools.open_devnet(path, clock, hang_s=7.0)
    chain.cause_fault("hang")
    before = clock.now()
    with pytest.raises(ChainUnavailable):
        chain.block()
    assert clock.now() == before + 7.0


def test_a_stale_snapshot_is_the_previous_one(path: Path, clock: Any, tools: Any) -> None:
    chain = tools.open_devnet(path, clock)
    old = chain.snapshot()
    clock.time += 12.0
    chain.cause_fault("stale")
    assert chain.snapshot() is old
    assert chain.snapshot().block == old.block + 1


def test_an_unknown_fault_is_refused(path: Path, clock: Any, tools: Any) -> None:
    with pytest.raises(ValueError, match="a fault is one of"):
        tools.open_devnet(path, clock).cause_fault("earthquake")


def test_weights_are_stored_as_16_bit_without_zeros(path: Path, clock: Any, tools: Any) -> None:
    chain = tools.open_devnet(path, clock)
    chain.set_weights({0: 0.0, 1: 0.5, 2: 0.3}, 1)
    assert chain.weights() == {0: {1: 65_535, 2: 39_321}}


def test_weights_without_a_permit_are_refused(path: Path, clock: Any, tools: Any) -> None:
    outcome = tools.open_devnet(path, clock, "A").set_weights({2: 1.0}, 1)
    assert (outcome.code, outcome.detail) == ("no_permit", "NeuronNoValidatorPermit")


def test_weights_of_an_unregistered_hotkey_are_refused(path: Path, clock: Any, tools: Any) -> None:
    assert tools.open_devnet(path, clock, "stranger").set_weights({1: 1.0}, 1).code == "not_registered"


def test_an_old_version_key_is_refused(tmp_path: Path, clock: Any, tools: Any) -> None:
    chain = tools.open_devnet(tools.devnet_at(tmp_path / "v.db", clock, weights_version=10_000), clock)
    assert chain.set_weights({1: 1.0}, 9_999).code == "bad_version"
    assert chain.set_weights({1: 1.0}, 10_000).ok


def test_incentive_changes_at_epochs_only(path: Path, clock: Any, tools: Any) -> None:
    chain = tools.open_devnet(path, clock)
    clock.time = tools.START + 12.0 * 30  # block 31, the first after an epoch
    chain.set_weights({1: 0.75, 2: 0.25}, 1)
    assert [seat.incentive for seat in chain.snapshot().seats] == [0.0, 0.0, 0.0]
    clock.time += 12.0 * 10
    assert [round(seat.incentive, 3) for seat in chain.snapshot().seats] == [0.0, 0.75, 0.25]


def test_hidden_weights_take_effect_at_a_later_epoch(tmp_path: Path, clock: Any, tools: Any) -> None:
    chain = tools.open_devnet(tools.devnet_at(tmp_path / "hidden.db", clock, commit_reveal=True), clock)
    outcome = chain.set_weights({1: 1.0}, 1)
    assert (outcome.ok, outcome.code, outcome.visible) == (True, "committed", False)
    assert chain.snapshot().seats[0].last_update == outcome.block
    assert chain.weights() == {}
    clock.time += 12.0 * 10
    assert chain.weights() == {}
    clock.time += 12.0 * 10
    assert chain.weights() == {0: {1: 65_535}}
    assert chain.snapshot().seats[1].incentive == 1.0


def test_in_a_full_subnet_a_new_hotkey_takes_the_weakest_seat(tmp_path: Path, clock: Any, tools: Any) -> None:
    path = tools.devnet_at(tmp_path / "full.db", clock, max_seats=3)
    validator, newcomer = tools.open_devnet(path, clock), tools.open_devnet(path, clock, "N")
    validator.set_weights({1: 0.9, 2: 0.1}, 1)
    clock.time += 12.0 * 25
    old = validator.snapshot()
    newcomer.fund("cold", 1.0)
    assert newcomer.register("cold").detail == "uid 2"
    assert old.by_hotkey["B"].uid == 2  # the old snapshot is wrong now
    assert validator.uid("B") is None
    assert validator.snapshot().seats[2].hotkey == "N"
    assert validator.weights() == {0: {1: 65_535}}


def test_weights_committed_for_a_seat_do_not_pass_to_its_next_hotkey(tmp_path: Path, clock: Any, tools: Any) -> None:
    path = tools.devnet_at(tmp_path / "heir.db", clock, max_seats=3, commit_reveal=True, immunity_blocks=1)
    validator, newcomer = tools.open_devnet(path, clock), tools.open_devnet(path, clock, "N")
    validator.set_weights({1: 1.0}, 1)
    newcomer.fund("cold", 1.0)
    assert newcomer.register("cold").detail == "uid 1"
    clock.time += 12.0 * 30
    assert validator.snapshot().seats[1].incentive == 0.0


def test_an_inactive_validator_does_not_count(tmp_path: Path, clock: Any, tools: Any) -> None:
    chain = tools.open_devnet(tools.devnet_at(tmp_path / "late.db", clock, activity_cutoff=15), clock)
    chain.set_weights({1: 1.0}, 1)
    clock.time += 12.0 * 10
    assert chain.snapshot().seats[1].incentive == 1.0
    clock.time += 12.0 * 30
    assert chain.snapshot().seats[1].incentive == 0.0


def test_changing_the_address_too_often_is_rate_limited(path: Path, clock: Any, tools: Any) -> None:
    chain = tools.open_devnet(path, clock)
    chain.serve_axon("8.8.8.8", 8092)
    assert chain.serve_axon("8.8.4.4", 8092).code == "rate_limited"
    clock.time += 12.0 * 50
    assert chain.serve_axon("8.8.4.4", 8092).ok


def test_loopback_can_be_allowed(tmp_path: Path, clock: Any, tools: Any) -> None:
    chain = tools.open_devnet(tools.devnet_at(tmp_path / "local.db", clock, allow_loopback=True), clock)
    assert chain.serve_axon("127.0.0.1", 8092).ok


def test_the_commands_create_a_network(tmp_path: Path) -> None:
    file = str(tmp_path / "cli.db")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "neurons.chain.devnet", *words, "--devnet.path", file]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert run("init", "--block_time_s", "0.05", "--tempo", "5").returncode == 0
    assert run("register", "--hotkey", "V").stdout.startswith("ok uid 0")
    assert run("set-stake", "--hotkey", "V", "--amount", "5000").returncode == 0
    assert run("register", "--hotkey", "V").returncode == 1
    assert '"hotkey": "V"' in run("status").stdout
    assert "exists already" in run("init").stderr


def test_a_wallet_is_created_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    address = make_wallet(tmp_path, "local", "miner")
    assert make_wallet(tmp_path, "local", "miner") == address
    assert (tmp_path / "local/hotkeys/miner").stat().st_mode & 0o077 == 0
