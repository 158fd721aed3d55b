"""Opening a wallet and a chain: what an operator can fix is reported in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.opening import chain_opener, open_wallet
from neurons.chain.settings import ChainSettings, WalletSettings
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


def test_a_damaged_hotkey_is_reported(tmp_path: Path) -> None:
    make_wallet(tmp_path, "cold", "hot")
    (tmp_path / "cold/hotkeys/hot").write_text("{}")
    with pytest.raises(SettingsError, match="cannot be read"):
        open_wallet(WalletSettings(name="cold", hotkey="hot", path=tmp_path))


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
