"""The contract of `Chain`, held by every implementation."""

from __future__ import annotations

import math
from typing import Any

import pytest

from neurons.chain.contract import ChainUnavailable, Outcome, Seat, Snapshot


def test_blocks_rise_with_the_clock(net: Any) -> None:
    before = net.chain.block()
    net.mine(3)
    assert net.chain.block() == before + 3


def test_the_head_never_goes_back(net: Any) -> None:
    before = net.chain.block()
    net.mine(-5)
    assert net.chain.block() == before


def test_uid_of_a_registered_hotkey(net: Any) -> None:
    assert [net.chain.uid(hotkey) for hotkey in ("V", "A", "B")] == [0, 1, 2]


def test_the_uid_of_an_unregistered_hotkey_is_none(net: Any) -> None:
    assert net.chain.uid("stranger") is None


def test_snapshot_has_every_seat_at_one_block(net: Any) -> None:
    snapshot = net.chain.snapshot()
    assert [seat.hotkey for seat in snapshot.seats] == ["V", "A", "B"]
    assert snapshot.block == net.chain.block()
    assert snapshot.netuid == 17


def test_snapshot_shows_stake_permit_and_no_axon(net: Any) -> None:
    seat = net.chain.snapshot().by_hotkey["V"]
    assert (seat.stake, seat.validator_permit, seat.port) == (5000.0, True, 0)


def test_served_axon_is_in_the_snapshot(net: Any) -> None:
    assert net.chain.serve_axon("8.8.8.8", 8092).code == "ok"
    seat = net.chain.snapshot().by_hotkey["V"]
    assert (seat.ip, seat.port) == ("8.8.8.8", 8092)


def test_serving_the_same_address_again_is_unchanged(net: Any) -> None:
    net.chain.serve_axon("8.8.8.8", 8092)
    outcome = net.chain.serve_axon("8.8.8.8", 8092)
    assert (outcome.ok, outcome.code) == (True, "unchanged")


def test_loopback_is_a_bad_address(net: Any) -> None:
    outcome = net.chain.serve_axon("127.0.0.1", 8092)
    assert (outcome.ok, outcome.code) == (False, "bad_address")


def test_weights_are_set(net: Any) -> None:
    net.mine(20)
    outcome = net.chain.set_weights({1: 0.75, 2: 0.25}, 10_000)
    assert outcome == Outcome(True, "ok", "", outcome.block, True)
    assert net.chain.snapshot().by_hotkey["V"].last_update > 10


def test_weights_again_are_too_soon(net: Any) -> None:
    net.mine(20)
    net.chain.set_weights({1: 1.0}, 10_000)
    assert net.chain.set_weights({1: 1.0}, 10_000).code == "too_soon"


def test_weights_are_accepted_once_the_blocks_have_passed(net: Any) -> None:
    net.mine(20)
    net.chain.set_weights({1: 1.0}, 10_000)
    wait = net.chain.blocks_until_weights()
    assert wait > 0
    net.mine(wait - 1)
    assert net.chain.blocks_until_weights() == 1
    assert net.chain.set_weights({1: 1.0}, 10_000).code == "too_soon"
    net.mine(1)
    assert net.chain.blocks_until_weights() == 0
    assert net.chain.set_weights({1: 1.0}, 10_000).ok


@pytest.mark.parametrize("weights", [{}, {1: -1.0}, {1: math.nan}, {1: math.inf}, {1: 0.0, 2: 0.0}])
def test_unusable_weights_are_not_sent(net: Any, weights: dict[int, float]) -> None:
    net.mine(20)
    assert net.chain.set_weights(weights, 10_000).code == "bad_weights"
    assert net.chain.blocks_until_weights() == 0


def test_weights_for_an_unknown_uid_are_refused(net: Any) -> None:
    net.mine(20)
    outcome = net.chain.set_weights({99: 1.0}, 10_000)
    assert (outcome.code, outcome.detail) == ("bad_weights", "UidVecContainInvalidOne")


@pytest.mark.parametrize("read", ["block", "snapshot", "blocks_until_weights"])
def test_a_read_without_a_node_is_unavailable(net: Any, read: str) -> None:
    net.fail_next()
    with pytest.raises(ChainUnavailable):
        getattr(net.chain, read)()
    getattr(net.chain, read)()  # the same object works again


def test_a_write_without_a_node_is_unavailable(net: Any) -> None:
    net.mine(20)
    net.fail_next()
    with pytest.raises(ChainUnavailable):
        net.chain.set_weights({1: 1.0}, 10_000)
    assert net.chain.set_weights({1: 1.0}, 10_000).ok


def test_snapshot_refuses_seats_out_of_order() -> None:
    seat = Seat(1, "A", "cold", 0.0, 0.0, False, 0, "0.0.0.0", 0)
    with pytest.raises(ValueError, match="order of their uids"):
        Snapshot(17, 1, (seat,))


def test_outcome_refuses_an_unknown_code() -> None:
    with pytest.raises(ValueError, match="not an outcome code"):
        Outcome(False, "whatever", "", None, True)
