"""The flags of the neurons: the settings they become, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from neurons.settings import miner_settings, validator_settings
from serving.settings import SettingsError

DEVNET = ["--subtensor.network", "devnet", "--devnet.path", "net.db"]


def test_a_validators_defaults_are_the_networks() -> None:
    settings = validator_settings([])
    assert (settings.chain.netuid, settings.axon.port, settings.neuron.http_port) == (17, 8092, 8095)
    assert settings.validation.endpoints == ("http://127.0.0.1:8094",)
    assert settings.scorer == "clip-vitb16-openai@1"


def test_a_miners_defaults_differ() -> None:
    settings = miner_settings([])
    assert (settings.axon.port, settings.neuron.http_port, settings.neuron.sync_interval) == (8091, 8096, 1800.0)
    assert settings.validation.endpoints == ()


def test_on_a_devnet_the_shipped_scorer_sets_weights() -> None:
    assert validator_settings(DEVNET).scorer == "three-gen-small@1"
    assert validator_settings([*DEVNET, "--validation.scorer", "mine@2"]).scorer == "mine@2"


@pytest.mark.parametrize(
    "given",
    [
        ["--generation.endpoint", "http://a:1", "http://b:2"],
        ["--generation.endpoints", "http://a:1,http://b:2"],
        ["--generation.endpoint", "http://a:1/, http://b:2/"],
        ["--generation.endpoint=http://a:1 http://b:2"],
    ],
)
def test_endpoints_are_separated_by_spaces_or_commas(given: list[str]) -> None:
    assert miner_settings(given).generation.endpoints == ("http://a:1", "http://b:2")


def test_dotted_names_of_three_parts(tmp_path: Path) -> None:
    (tmp_path / "hotkeys").touch()
    given = ["--dataset.prompter.endpoint", "https://collector", "--public_api.rate_limit.requests", "3"]
    settings = validator_settings([*given, "--public_api.whitelist", str(tmp_path / "hotkeys")])
    assert settings.dataset.prompter.endpoint == "https://collector"
    assert (settings.public_api.rate_limit.requests, settings.public_api.whitelist) == (3, tmp_path / "hotkeys")


def test_retired_flags_are_accepted_and_named() -> None:
    settings = validator_settings(["--neuron.auto_update_disabled", "--storage.service_api_key", "x", "--netuid", "3"])
    assert settings.retired == ("--neuron.auto_update_disabled", "--storage.service_api_key")
    assert settings.chain.netuid == 3


@pytest.mark.parametrize("read", [miner_settings, validator_settings])
def test_help_lists_the_flags_by_group(read: Callable[[list[str]], object], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "\nwallet:\n  The wallet whose hotkey signs.\n\n  --wallet.name NAME" in shown
    assert shown.index("\nchain:\n") < shown.index("  --netuid") < shown.index("\naxon:\n")


@pytest.mark.parametrize("flag", ["--neuron.min_stake", "--validation.endpont", "--help_me", "--neuron.auto"])
def test_an_unknown_flag_is_an_error(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        validator_settings([flag, "1"])
    assert ended.value.code == 2
    assert flag in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--subtensor.network", "devnet"], "--devnet.path"),
        (["--neuron.moving_average_alpha", "0"], "moving_average_alpha"),
        (["--axon.port", "70000"], "--axon.port"),
        (["--axon.port", "0"], "--axon.port"),
        (["--axon.external_ip", "validator.example.org"], "--axon.external_ip: .* is not an IP address"),
        (["--axon.external_ip", "[2001:db8::1]", "--axon.ip", "::"], "is not an IP address"),
        (["--axon.external_ip", "203.0.113.7:8092"], "is not an IP address"),
        (["--axon.external_ip", " "], "is not an IP address"),
        (["--axon.external_ip", "0.0.0.0"], "no peer can connect"),
        (["--axon.external_ip", "2001:db8::1"], "the axon listens on 0.0.0.0, so 2001:db8::1 cannot reach it"),
        (["--subtensor.network", "fineny"], "'fineny' is not a network: give one of finney, test"),
        (["--subtensor.network", "http://127.0.0.1:9944"], "is not a network"),
        (["--subtensor.chain_endpoint", "127.0.0.1:9944"], "'127.0.0.1:9944' is not a node's ws:// or wss:// address"),
        (["--subtensor.chain_endpoint", "ws://a.example wss://"], "'wss://' is not a node's"),
        (["--generation.endpoint", ""], "names no service"),
        (["--public_api.copies", "0"], "copies"),
        (["--public_api.whitelist", "/none"], "--public_api.whitelist: cannot read /none: No such file"),
        (["--public_api.enabled"], "needs --public_api.whitelist"),
        (["--validation.api_key_file", "/none"], "--validation.api_key_file: cannot read /none"),
        (["--dataset.default_prompts_path", "/none"], "--dataset.default_prompts_path: cannot read /none"),
        (["--dataset.prompter.endpoint", "collector"], "no|not an http address"),
        (["--dataset.prompter.endpoint", "http://example.org"], "insecure"),
    ],
)
def test_impossible_settings_are_refused(given: list[str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        validator_settings(given)


def test_a_node_is_named_by_its_network_or_by_its_addresses() -> None:
    assert miner_settings([]).chain.endpoints == ("wss://entrypoint-finney.opentensor.ai:443",)
    assert miner_settings(["--subtensor.network", "ws://10.0.0.7:9944"]).chain.endpoints == ("ws://10.0.0.7:9944",)
    given = ["--subtensor.chain_endpoint", "ws://a.example:9944,wss://b.example", "ws://c.example"]
    assert miner_settings(given).chain.endpoints == ("ws://a.example:9944", "wss://b.example", "ws://c.example")


def test_an_ipv6_address_is_announced_in_its_usual_form() -> None:
    axon = validator_settings(["--axon.external_ip", "2001:0db8::0001", "--axon.ip", "::"]).axon
    assert axon.external_ip == "2001:db8::1"


def test_an_endpoint_that_is_not_an_address_is_an_error() -> None:
    with pytest.raises(SettingsError, match=r"^--generation.endpoint: '127.0.0.1:8093' is not an http address$"):
        miner_settings(["--generation.endpoint", "127.0.0.1:8093"])
