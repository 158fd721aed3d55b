"""The SDK's connection to a node, corrected where it sends requests twice or leaks connections.

The SDK sends each request up to five times, extrinsics included, each time over another socket, none of which it
closes. Here there is one socket and one attempt.
"""

from __future__ import annotations

import contextlib
from typing import Any

from async_substrate_interface.sync_substrate import SubstrateInterface
from bittensor import Subtensor
from bittensor.core.settings import TYPE_REGISTRY
from bittensor_wallet.utils import SS58_FORMAT

from neurons.chain.node_socket import NodeSocket, open_socket


class NodeClient(SubstrateInterface):
    """The SDK's client of one node over a `NodeSocket`, whose errors it raises."""

    def __init__(self, url: str, **options: Any) -> None:
        self.ws: NodeSocket | None = None
        try:
            super().__init__(url, **options)
        except BaseException:
            self.close()
            raise

    def connect(self, init: bool = False) -> NodeSocket:
        """Return the open socket, or a new one in its place."""
        if self.ws is not None and not init and self.ws.close_code is None:
            return self.ws
        self._close_socket()
        self.ws = open_socket(self.url, self.ws_max_size)
        return self.ws

    def close(self) -> None:
        """Close the socket and empty the SDK's caches, which otherwise keep this object in memory."""
        self._close_socket()
        super().close()  # type: ignore[no-untyped-call]
        Subtensor._get_block_hash.cache_clear()  # noqa: SLF001  the SDK's own `close` forgets it

    def _close_socket(self) -> None:
        if self.ws is not None:
            with contextlib.suppress(Exception):  # the socket may be in any state
                self.ws.close()
        self.ws = None


class NodeSubtensor(Subtensor):
    """The SDK's Subtensor over a `NodeClient`."""

    def _get_substrate(self, *_: Any, **_options: Any) -> NodeClient:
        return NodeClient(
            self.chain_endpoint,
            ss58_format=SS58_FORMAT,
            type_registry=TYPE_REGISTRY,
            use_remote_preset=True,
            chain_name="Bittensor",
            max_retries=1,
        )
