"""The SDK's connection to a node, corrected where it sends requests twice or leaks connections.

The SDK sends each request up to five times, extrinsics included, each time over another socket, none of which it
closes. Here there is one socket, a read is repeated once, since a dozen have to succeed to open a connection, and an
extrinsic is never sent again.
"""

from __future__ import annotations

import contextlib
import random
import time
from typing import Any

from async_substrate_interface.sync_substrate import SubstrateInterface
from bittensor import Subtensor
from bittensor.core.settings import TYPE_REGISTRY
from bittensor_wallet.utils import SS58_FORMAT

from neurons.chain.node_socket import NodeLostError, NodeRefusedError, NodeSocket, open_socket

REPEAT_S = (0.5, 1.5)
"""Between these is the pause, at random, before a read that failed is repeated."""


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

    def _make_rpc_request(self, payloads: list[dict[Any, Any]], *arguments: Any, **options: Any) -> Any:
        """Send requests and return the replies, as the SDK does; repeat reads once."""
        if any(payload["payload"]["method"].startswith("author_") for payload in payloads):
            return super()._make_rpc_request(payloads, *arguments, **options)
        try:
            return super()._make_rpc_request(payloads, *arguments, **options)
        except (NodeRefusedError, NodeLostError):
            time.sleep(random.uniform(*REPEAT_S))  # noqa: S311  spreads the load of many neurons over time
            return super()._make_rpc_request(payloads, *arguments, **options)

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
