"""Assembles the SDK's axon with our synapses, hooks and handlers, behind the gateway."""

from __future__ import annotations

import time
import typing
from collections.abc import Callable

import bittensor as bt
from bittensor.core.axon import AxonMiddleware
from starlette.requests import Request
from starlette.responses import Response

from neurons.protocol import Generate, GetVersion, PullTask, StatusCheck, SubmitResults, ThreeGenSynapse
from neurons.validator.axon.bodies import BodyRules
from neurons.validator.axon.gateway import AxonGateway
from neurons.validator.axon.handlers import Handler, Handlers, guarded
from neurons.validator.axon.hooks import RequestVerifier, blacklist_hook, verify_hook
from neurons.validator.axon.listening import ListenAddress


class Replying(AxonMiddleware):
    """The SDK's middleware, whose replies pydantic writes at once instead of value by value through Python."""

    @classmethod
    async def synapse_to_response(
        cls, synapse: bt.Synapse, start_time: float, *, response_override: Response | None = None
    ) -> Response:
        """The same reply as the SDK's."""
        if response_override is not None or synapse.axon is None:
            return await super().synapse_to_response(synapse, start_time, response_override=response_override)
        synapse.axon = synapse.axon.model_copy(
            update={"status_code": 200, "status_message": "Success", "process_time": time.time() - start_time}
        )
        return Response(synapse.model_dump_json(), headers=synapse.to_headers(), media_type="application/json")


class ThreeGenAxon(bt.Axon):
    """The SDK's axon without its second reading of each body: our synapses have no hashed fields to compare."""

    def __init__(self, **options: typing.Any) -> None:
        super().__init__(**options)
        self.middleware_cls = Replying  # read when a reply is made

    async def verify_body_integrity(self, request: Request) -> dict[str, typing.Any]:  # noqa: ARG002  the SDK's
        """Nothing is hashed, and the header's hash was compared with that of nothing when it was verified."""
        return {}


def build_gateway(
    wallet: typing.Any,
    place: ListenAddress,
    door: RequestVerifier,
    handlers: Handlers,
    count_refusal: Callable[[str], None],
    rules: BodyRules | None = None,
) -> AxonGateway:
    """Build the axon's application, ready to be served. `count_refusal` is called with each refusal code."""
    axon = ThreeGenAxon(
        wallet=wallet,
        ip=place.ip,
        port=place.port,
        external_ip=place.external_ip,  # given, so that the SDK does not look it up over the network
        external_port=place.external_port,
    )
    served: dict[type[ThreeGenSynapse], Handler] = {
        PullTask: handlers.pull,
        SubmitResults: handlers.submit,
        GetVersion: handlers.version,
        Generate: handlers.generate,
        StatusCheck: handlers.status,
    }
    for synapse, handler in served.items():
        axon.attach(
            forward_fn=_annotate(guarded(handler), synapse, synapse),
            blacklist_fn=_annotate(blacklist_hook(door, synapse.__name__), synapse, typing.Tuple[bool, str]),  # noqa: UP006
            verify_fn=_annotate(verify_hook(door), synapse, None),
        )
    names = [synapse.__name__ for synapse in served]
    return AxonGateway(axon.app, names, handlers.desk.state.may_send_large, count_refusal, rules)


F = typing.TypeVar("F", bound=Callable[..., typing.Any])


def _annotate(function: F, synapse: type[ThreeGenSynapse], returns: object) -> F:
    """Annotate a function with classes: `attach` takes the synapse from them and cannot read postponed annotations."""
    function.__annotations__ = {"synapse": synapse, "return": returns}
    return function
