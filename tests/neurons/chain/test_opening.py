"""Opening a wallet and a chain: what an operator can fix is reported in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.opening import chain_opener, load_sdk, open_wallet
from neurons.chain.settings import NETWORKS, ChainSettings, WalletSettings
from neurons.chain.wallets import make_wallet
from serving.settings import SettingsError


def settings(path: Path, netuid: int = 17) -> ChainSettings:
    return ChainSettings(network="devnet", devnet_path=path, netuid=netuid)


def test_a_wallet_opens(tmp_path: Path) -> None:
    address = make_wallet(tmp_path, "cold", "hot")
    assert open_wallet(WalletSettings(name="cold", hotkey="hot", path=tmp_path)).hotkey.ss58_address == address


def test_a_missing_hotkey_is_reported_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"there is no hotkey at {tmp_path}/cold/hotkeys/hot"):
        open_wallet(WalletSettings(name="cold", hotkey="hot", path=tmp_path))


def test_an_unreadable_hotkey_is_reported(tmp_path: Path) -> None:
    (tmp_path / "cold/hotkeys/hot").mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"hot cannot be read: Is a directory; give it to the user who runs this"):
        open_wallet(WalletSettings(name="cold", hotkey="hot", path=tmp_path))


def test_a_wallet_that_cannot_be_written_is_reported() -> None:
    with pytest.raises(OSError, match=r"the wallet in /dev/null/wallets cannot be used .*--wallet.path names another"):
        make_wallet(Path("/dev/null/wallets"), "cold", "hot")


def test_a_damaged_hotkey_is_reported(tmp_path: Path) -> None:
    make_wallet(tmp_path, "cold", "hot")
    (tmp_path / "cold/hotkeys/hot").write_text("{}")
    with pytest.raises(SettingsError, match="cannot be read"):
        open_wallet(WalletSettings(name="cold", hotkey="hot", path=tmp_path))


def test_the_public_half_of_a_hotkey_is_refused(tmp_path: Path) -> None:
    make_wallet(tmp_path, "cold", "hot")
    (tmp_path / "cold/hotkeys/copied").write_bytes((tmp_path / "cold/hotkeys/hotpub.txt").read_bytes())
    with pytest.raises(SettingsError, match="has no private key"):
        open_wallet(WalletSettings(name="cold", hotkey="copied", path=tmp_path))


@pytest.mark.parametrize("field", ["secretPhrase", "ss58Address"])
def test_a_hotkey_that_contradicts_itself_is_refused(tmp_path: Path, field: str) -> None:
    make_wallet(tmp_path, "cold", "hot")
    make_wallet(tmp_path, "cold", "other")
    file, other = tmp_path / "cold/hotkeys/hot", tmp_path / "cold/hotkeys/other"
    file.write_text(json.dumps({**json.loads(file.read_text()), field: json.loads(other.read_text())[field]}))
    with pytest.raises(SettingsError, match="contradicts itself"):
        open_wallet(WalletSettings(name="cold", hotkey="hot", path=tmp_path))


def test_the_networks_are_those_of_the_sdk() -> None:
    load_sdk()
    from bittensor.core.settings import NETWORK_MAP

    assert {name: NETWORK_MAP[name] for name in NETWORKS} == NETWORKS


def test_several_nodes_are_used_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr("neurons.chain.subtensor.connect", lambda url, wallet, netuid: tried.append(url))
    settings = ChainSettings(chain_endpoint=("ws://a.example", "wss://b.example:444"))
    opener = chain_opener(settings, None)
    for _ in range(3):
        opener()
    assert tried == ["ws://a.example", "wss://b.example:444", "ws://a.example"]


def test_a_socks_proxy_needs_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:9")
    monkeypatch.setattr("serving.proxies.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"pip install 'python-socks', or except the address by NO_PROXY=a.example"):
        chain_opener(ChainSettings(chain_endpoint=("wss://a.example",)), None)
    chain_opener(ChainSettings(network="local"), None)


def test_the_devnet_opens(tmp_path: Path) -> None:
    make_wallet(tmp_path, "cold", "hot")
    Ledger.create(tmp_path / "d.db", Rules(), 1000.0)
    chain = chain_opener(
        settings(tmp_path / "d.db"), open_wallet(WalletSettings(name="cold", hotkey="hot", path=tmp_path))
    )()
    assert chain.block() > 0
    chain.close()


def test_a_missing_devnet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no devnet at"):
        chain_opener(settings(tmp_path / "d.db"), None)


def test_a_devnet_of_another_subnet_is_refused(tmp_path: Path) -> None:
    Ledger.create(tmp_path / "d.db", Rules(), 1000.0)
    with pytest.raises(SettingsError, match="is subnet 17, not 18"):
        chain_opener(settings(tmp_path / "d.db", netuid=18), None)
