"""Settings that name a wallet and a chain: part of the command line of every program that uses a chain."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import model_validator

from serving.settings import Flag, FrozenSettings


class WalletSettings(FrozenSettings):
    """The wallet whose hotkey signs."""

    name: str = "default"
    """name of the coldkey"""
    hotkey: str = "default"
    """name of the hotkey"""
    path: Path = Path("~/.bittensor/wallets")
    """folder of the wallets"""


class ChainSettings(FrozenSettings):
    """The subnet, and the chain that it is on: a public network, your own node, or the embedded devnet."""

    netuid: int = 17
    """number of the subnet"""
    network: Annotated[str, Flag(("subtensor.network",))] = "finney"
    """finney, test, local or devnet"""
    chain_endpoint: Annotated[str, Flag(("subtensor.chain_endpoint",))] = ""
    """a node's ws:// or wss:// address, instead of the network's own"""
    devnet_path: Annotated[Path | None, Flag(("devnet.path",))] = None
    """the devnet's file; needed with --subtensor.network devnet"""

    @property
    def is_devnet(self) -> bool:
        """Check whether this is the embedded devnet."""
        return self.network == "devnet"

    @model_validator(mode="after")
    def _devnet_has_a_file(self) -> ChainSettings:
        if self.is_devnet and self.devnet_path is None:
            raise ValueError("--subtensor.network devnet needs --devnet.path FILE")
        return self
