"""How the adapter translates the SDK's errors, and replies without one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from neurons.chain.contract import ChainError, ChainUnavailable
from neurons.chain.node_socket import NodeRefusedError
from neurons.chain.subtensor import SubtensorChain


@pytest.fixture
def sdk(tools: Any) -> Any:
    clock = tools.Clock()
    clock.time += 12.0 * 50
    return tools.FakeSdk(clock)


def test_a_reply_without_an_error_is_too_soon(sdk: Any, tools: Any) -> None:
    sdk.last_update = 49
    assert tools.sdk_chain(sdk).set_weights({1: 1.0}, 1).code == "too_soon"


def test_a_hotkey_without_a_seat_is_not_registered(sdk: Any, tools: Any) -> None:
    assert tools.sdk_chain(sdk, "stranger").set_weights({1: 1.0}, 1).code == "not_registered"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SettingWeightsTooFast", "too_soon"),
        ("NeuronNoValidatorPermit", "no_permit"),
        ("IncorrectWeightVersionKey", "bad_version"),
        ("CommitRevealEnabled", "commit_reveal_on"),
        ("ServingRateLimitExceeded", "rate_limited"),
        ("SomethingNew", "failed"),
    ],
)
def test_error_names_of_the_chain_become_codes(sdk: Any, tools: Any, name: str, code: str) -> None:
    sdk.failures.append({"type": "Module", "name": name, "docs": []})
    outcome = tools.sdk_chain(sdk).set_weights({1: 1.0}, 1)
    assert (outcome.code, outcome.detail) == (code, name)


def test_a_pool_error_is_rejected(sdk: Any, tools: Any) -> None:
    chain = tools.sdk_chain(sdk)
    sdk.failures.append(RuntimeError("Priority is too low"))
    assert chain.set_weights({1: 1.0}, 1).code == "rejected"


def test_whatever_a_read_raises_the_chain_may_answer_later(sdk: Any, tools: Any) -> None:
    chain = tools.sdk_chain(sdk)
    sdk.failures.append(AssertionError("odd"))
    with pytest.raises(ChainUnavailable, match=r"unusable answer \(AssertionError: odd\)"):
        chain.block()


def test_errors_are_in_the_words_of_the_node(sdk: Any, tools: Any) -> None:
    chain = tools.sdk_chain(sdk)
    sdk.failures.append(NodeRefusedError("Too Many Requests"))
    with pytest.raises(ChainUnavailable, match=r"^get_current_block: Too Many Requests$"):
        chain.block()


def test_an_unknown_subnet_is_an_error_at_once(sdk: Any) -> None:
    with pytest.raises(ChainError, match="this network has no subnet 18: see --netuid") as caught:
        SubtensorChain(sdk, None, 18)
    assert not isinstance(caught.value, ChainUnavailable)


def test_a_snapshot_with_one_broken_seat_is_refused(sdk: Any, tools: Any) -> None:
    sdk.axons = sdk.axons[:2]
    with pytest.raises(ChainUnavailable, match="metagraph"):
        tools.sdk_chain(sdk).snapshot()


def test_hidden_weights_are_committed(sdk: Any, tools: Any) -> None:
    sdk.hidden = True
    outcome = tools.sdk_chain(sdk).set_weights({1: 1.0}, 1)
    assert (outcome.code, outcome.visible) == ("committed", False)


def test_a_runtime_that_cannot_hide_weights_is_an_error_at_once(sdk: Any, tools: Any) -> None:
    sdk.hidden = True
    sdk.substrate = SimpleNamespace(get_metadata_storage_function=lambda module, name: None)
    with pytest.raises(ChainError, match="LastEpochBlock"):
        tools.sdk_chain(sdk)
