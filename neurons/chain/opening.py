"""From flags to a wallet, a chain and this machine's address; keeps the SDK from touching anybody's logging.

The one place that chooses between the real chain and the devnet. Raises SettingsError for what an operator can mend.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from neurons.chain.contract import Chain, ChainError
from neurons.chain.worker import ChainWorker, Deadlines
from neurons.settings import MinerSettings, ValidatorSettings, Wallet
from serving.settings import SettingsError


def quiet_sdk() -> None:
    """Loads the SDK and undoes what that does to logging: it silences every logger that exists at that moment.

    The SDK's own lines stay off: it logs each refused request as an error, and to standard output. To be called before
    the process sets its own logging up.
    """
    from bittensor.utils.btlogging import logging as sdk_logging  # noqa: PLC0415  takes seconds, and acts when imported

    sdk_logging.off()  # type: ignore[no-untyped-call]
    for name, found in logging.root.manager.loggerDict.items():
        if isinstance(found, logging.Logger) and name.partition(".")[0] != "bittensor":
            found.setLevel(logging.NOTSET)


def open_wallet(chosen: Wallet) -> Any:
    """The wallet (`bittensor_wallet.Wallet`) whose hotkey can sign without a question. Raises SettingsError."""
    from bittensor_wallet import Wallet as Files  # noqa: PLC0415  a compiled library
    from bittensor_wallet.errors import KeyFileError, PasswordError  # noqa: PLC0415

    wallet = Files(name=chosen.name, hotkey=chosen.hotkey, path=str(chosen.path.expanduser()))
    file = Path(str(wallet.hotkey_file.path))
    if not file.is_file():
        raise SettingsError(f"there is no hotkey at {file}; make one with: btcli wallet new_hotkey")
    if wallet.hotkey_file.is_encrypted():
        raise SettingsError(f"the hotkey {file} has a password; a neuron needs one without")
    try:
        wallet.hotkey  # noqa: B018  read now, so that a bad file is told at the start
    except (KeyFileError, PasswordError, ValueError) as error:
        raise SettingsError(f"the hotkey {file} cannot be read: {error}") from error
    return wallet


def chain_opener(settings: ValidatorSettings | MinerSettings, wallet: Any) -> Callable[[], Chain]:
    """What makes a connection to the chain that the flags name, when called. Raises SettingsError for a bad devnet."""
    chosen = settings.subtensor
    if not chosen.is_devnet:
        from neurons.chain.subtensor import connect  # noqa: PLC0415  loads the SDK's substrate client

        return lambda: connect(chosen.chain_endpoint or chosen.network, wallet, settings.netuid)
    from neurons.chain.devnet.chain import Devnet  # noqa: PLC0415

    path, hotkey = settings.devnet.path, str(wallet.hotkey.ss58_address)
    assert path is not None  # the settings hold it
    try:
        devnet = Devnet(path.expanduser(), hotkey)
    except ChainError as error:
        raise SettingsError(str(error)) from error
    netuid = devnet.rules.netuid
    devnet.close()
    if netuid != settings.netuid:
        raise SettingsError(f"the devnet {path} is subnet {netuid}, not {settings.netuid}")
    return lambda: Devnet(path.expanduser(), hotkey)


def chain_worker(settings: ValidatorSettings | MinerSettings, wallet: Any) -> ChainWorker:
    """The chain that the flags name, to be used from an event loop."""
    return ChainWorker(chain_opener(settings, wallet), Deadlines(), time.monotonic)


def own_address() -> str:
    """This machine's address as others see it, asked of public services. Blocks. Raises SettingsError."""
    from bittensor.utils.networking import ExternalIPNotFound, get_external_ip  # noqa: PLC0415

    try:
        return str(get_external_ip())
    except ExternalIPNotFound as error:
        raise SettingsError("this machine's address cannot be found out: give --axon.external_ip") from error
