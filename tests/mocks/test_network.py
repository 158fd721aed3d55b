"""The settings in mocks/devnet.yaml, and the flags that are passed on to the programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mocks.network import Plan, as_arguments
from neurons.settings import miner_settings, validator_settings
from serving.settings import SettingsError, read_yaml

PLAN = Path("mocks/devnet.yaml")


def test_the_plan_is_a_devnet_and_ordinary_flags(root: Path) -> None:
    plan = read_yaml(root / PLAN, Plan)
    assert plan.rules().allow_loopback
    devnet = ["--subtensor.network", "devnet", "--devnet.path", "net.db"]
    assert validator_settings([*devnet, *as_arguments(plan.validator)]).chain.is_devnet
    assert miner_settings([*devnet, *as_arguments(plan.miner)]).chain.is_devnet


def test_a_rule_that_the_devnet_does_not_have_is_named(root: Path) -> None:
    plan = read_yaml(root / PLAN, Plan).model_copy(update={"chain": {"block_tyme_s": 1}})
    with pytest.raises(SettingsError, match="block_tyme_s"):
        plan.rules()


def test_numbers_that_make_no_chain_are_refused(root: Path) -> None:
    plan = read_yaml(root / PLAN, Plan).model_copy(update={"chain": {"tempo": 0}})
    with pytest.raises(SettingsError, match="tempo"):
        plan.rules()
