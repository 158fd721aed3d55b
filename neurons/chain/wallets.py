"""New wallets for local networks: keys without passwords, as files that the SDK and btcli read too. Knows no chain."""

from __future__ import annotations

from pathlib import Path


def make_wallet(path: Path, name: str, hotkey: str) -> str:
    """The address of a hotkey, whose wallet is made first where there is none. Its files are for their owner alone."""
    from bittensor_wallet import Wallet  # noqa: PLC0415  a compiled library, loaded when a key is wanted

    wallet = Wallet(name=name, hotkey=hotkey, path=str(path.expanduser()))
    if not wallet.coldkey_file.exists_on_device():
        wallet.create_new_coldkey(use_password=False, overwrite=False, suppress=True)
    if not wallet.hotkey_file.exists_on_device():
        wallet.create_new_hotkey(use_password=False, overwrite=False, suppress=True)
    return str(wallet.hotkey.ss58_address)
