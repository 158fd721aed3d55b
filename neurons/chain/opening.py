"""Opens the wallet and the chain that the settings name; loads the chain's SDK only for a real chain.

The one place that chooses between the real chain and the devnet. Raises SettingsError for what an operator can fix.
"""

from __future__ import annotations

import itertools
import json
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from neurons.chain.contract import Chain, ChainError
from neurons.chain.settings import ChainSettings, WalletSettings
from neurons.chain.worker import ChainWorker, Deadlines
from serving.proxies import proxy_of
from serving.settings import SettingsError


def load_sdk() -> None:
    """Load the chain's SDK, which takes seconds, without its side effects.

    It would silence every logger that exists, log to standard output, and make folders in the home. Its own logging
    stays off.
    """
    _keep_sdk_out_of_home()
    registered = logging.root.manager.loggerDict.values()
    loggers = [logging.root, *(found for found in registered if isinstance(found, logging.Logger))]
    levels = [(found, found.level) for found in loggers]
    logging.getLogger("bittensor").addFilter(lambda _record: False)  # it says that it is being loaded
    from bittensor.utils.btlogging import logging as sdk_logging  # noqa: PLC0415

    sdk_logging.off()  # type: ignore[no-untyped-call]
    for found, level in levels:
        if found.name.partition(".")[0] != "bittensor":
            found.setLevel(level)


def open_wallet(settings: WalletSettings) -> Any:
    """Return a `bittensor_wallet.Wallet` whose hotkey signs without asking for a password. Raises SettingsError."""
    from bittensor_wallet import Wallet  # noqa: PLC0415  a compiled library
    from bittensor_wallet.errors import ConfigurationError, KeyFileError, PasswordError  # noqa: PLC0415

    wallet = Wallet(name=settings.name, hotkey=settings.hotkey, path=str(settings.path))
    file = Path(str(wallet.hotkey_file.path))
    try:
        content = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise SettingsError(f"there is no hotkey at {file}; create it with: btcli wallet new-hotkey") from None
    except OSError as error:
        raise SettingsError(
            f"the hotkey {file} cannot be read: {error.strerror}; give it to the user who runs this (chown, chmod)"
        ) from error
    if wallet.hotkey_file.is_encrypted():
        raise SettingsError(f"the hotkey {file} is encrypted; a neuron needs a hotkey without a password")
    try:
        wallet.hotkey.sign(b"")  # read now, so that a damaged file is reported at start
    except ConfigurationError as error:
        raise SettingsError(f"the hotkey {file} has no private key: copy the file itself, not its …pub.txt") from error
    except (KeyFileError, PasswordError, ValueError) as error:
        raise SettingsError(f"the hotkey {file} cannot be read: {error}") from error
    stated, address = _stated_address(content), wallet.hotkey.ss58_address
    if stated not in ("", address):
        raise SettingsError(f"the hotkey {file} contradicts itself: its keys belong to {address}, not to {stated}")
    return wallet


def _stated_address(key_file: bytes) -> str:
    """Return the address that a key file states beside its keys, empty if there is none."""
    try:
        content = json.loads(key_file)
    except ValueError:
        return ""
    return str(content.get("ss58Address") or "") if isinstance(content, dict) else ""


def chain_opener(settings: ChainSettings, wallet: Any) -> Callable[[], Chain]:
    """Return a function that connects to the chain; without a wallet (None) the connection can only read.

    Of several endpoints, each call uses the next one. Raises SettingsError for a devnet that does not exist or is
    another subnet, and for a proxy that cannot be used.
    """
    if not settings.is_devnet:
        from neurons.chain.subtensor import connect  # noqa: PLC0415

        endpoints = settings.endpoints
        for endpoint in endpoints:
            proxy_of(endpoint)  # reports a proxy that cannot be used
        load_sdk()
        turn = itertools.cycle(endpoints)
        return lambda: connect(next(turn), wallet, settings.netuid)
    from neurons.chain.devnet.chain import Devnet  # noqa: PLC0415

    assert settings.devnet_path is not None  # the settings check it
    path = settings.devnet_path
    hotkey = "" if wallet is None else str(wallet.hotkey.ss58_address)
    try:
        devnet = Devnet(path, hotkey)
    except ChainError as error:
        raise SettingsError(str(error)) from error
    netuid = devnet.rules.netuid
    devnet.close()
    if netuid != settings.netuid:
        raise SettingsError(f"the devnet {path} is subnet {netuid}, not {settings.netuid}")
    return lambda: Devnet(path, hotkey)


def chain_worker(settings: ChainSettings, wallet: Any) -> ChainWorker:
    """Return a worker for the chain that the settings name; it connects at its first call. Raises as `chain_opener`."""
    nodes = 1 if settings.is_devnet else len(settings.endpoints)
    return ChainWorker(chain_opener(settings, wallet), Deadlines(), time.monotonic, nodes)


def _keep_sdk_out_of_home() -> None:
    """Keep the SDK from creating folders in the home folder, and from failing without one, when it is imported."""
    os.environ["READ_ONLY"] = "1"  # the SDK's name for this
    try:
        Path.home()
    except RuntimeError:  # no HOME, and a user id that the system does not know
        os.environ["HOME"] = "/nonexistent"
