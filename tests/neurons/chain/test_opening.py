"""From flags to a wallet and a chain: what an operator can mend is told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from neurons.chain.devnet.ledger import Ledger
from neurons.chain.devnet.rules import Rules
from neurons.chain.opening import chain_opener, open_wallet
from neurons.chain.wallets import make_wallet
from neurons.settings import ValidatorSettings, Wallet, validator_settings
from serving.settings import SettingsError


def settings(path: Path, *flags: str) -> ValidatorSettings:
    return validator_settings(["--subtensor.network", "devnet", "--devnet.path", str(path), *flags])


def test_a_wallet_opens(tmp_path: Path) -> None:
    address = make_wallet(tmp_path, "cold", "hot")
    assert open_wallet(Wallet("cold", "hot", tmp_path)).hotkey.ss58_address == address


def test_a_missing_hotkey_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=f"there is no hotkey at {tmp_path}/cold/hotkeys/hot"):
        open_wallet(Wallet("cold", "hot", tmp_path))


def test_a_damaged_hotkey_is_told(tmp_path: Path) -> None:
    make_wallet(tmp_path, "cold", "hot")
    (tmp_path / "cold/hotkeys/hot").write_text("{}")
    with pytest.raises(SettingsError, match="cannot be read"):
        open_wallet(Wallet("cold", "hot", tmp_path))


def test_the_devnet_opens(tmp_path: Path) -> None:
    make_wallet(tmp_path, "cold", "hot")
    Ledger.create(tmp_path / "d.db", Rules(), 1000.0)
    chain = chain_opener(settings(tmp_path / "d.db"), open_wallet(Wallet("cold", "hot", tmp_path)))()
    assert chain.block() > 0
    chain.close()


@pytest.mark.parametrize(("flags", "words"), [([], "no devnet at"), (["--netuid", "18"], "is subnet 17, not 18")])
def test_a_devnet_that_is_none_or_anothers_is_told(tmp_path: Path, flags: list[str], words: str) -> None:
    make_wallet(tmp_path, "cold", "hot")
    if flags:
        Ledger.create(tmp_path / "d.db", Rules(), 1000.0)
    with pytest.raises(SettingsError, match=words):
        chain_opener(settings(tmp_path / "d.db", *flags), open_wallet(Wallet("cold", "hot", tmp_path)))
