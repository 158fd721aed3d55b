"""Creates wallets for local networks: keys without passwords, in files that the SDK and btcli can read."""

from __future__ import annotations

from pathlib import Path


def make_wallet(path: Path, name: str, hotkey: str) -> str:
    """Create a wallet, unless it exists, and return the address of its hotkey. Only the owner can read the files.

    Raises OSError if they cannot be written or read.
    """
    from bittensor_wallet import Wallet  # noqa: PLC0415  a compiled library, loaded when a key is needed
    from bittensor_wallet.errors import KeyFileError  # noqa: PLC0415

    wallet = Wallet(name=name, hotkey=hotkey, path=str(path))
    try:
        if not wallet.coldkey_file.exists_on_device():
            wallet.create_new_coldkey(use_password=False, overwrite=False, suppress=True)
        if not wallet.hotkey_file.exists_on_device():
            wallet.create_new_hotkey(use_password=False, overwrite=False, suppress=True)
        return str(wallet.hotkey.ss58_address)
    except KeyFileError as error:
        raise OSError(f"the wallet in {path} cannot be used ({error}); --wallet.path names another folder") from error
