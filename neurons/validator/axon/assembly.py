"""Assembles the SDK's axon from our synapses, hooks and handlers, and puts it behind the gateway."""

from __future__ import annotations

import time
import typing
from collections.abc import Callable

import bittensor as bt
from bittensor.core.axon import AxonMiddleware
from pydantic import ValidationInfo, field_validator
from starlette.requests import Request
from starlette.responses import Response

from neurons.protocol import Generate, GetVersion, PullTask, StatusCheck, SubmitResults, ThreeGenSynapse
from neurons.validator.axon.bodies import BodyRules
from neurons.validator.axon.gateway import AxonGateway
from neurons.validator.axon.handlers import Handler, Handlers, guarded
from neurons.validator.axon.hooks import RequestVerifier, blacklist_hook, verify_hook
from neurons.validator.axon.listening import ListenAddress


class FastReplyMiddleware(AxonMiddleware):
    """The SDK's middleware, except that pydantic serialises each reply in one call instead of value by value."""

    @classmethod
    async def synapse_to_response(
        cls, synapse: bt.Synapse, start_time: float, *, response_override: Response | None = None
    ) -> Response:
        """Return the same response as the SDK's method."""
        if response_override is not None or synapse.axon is None:
            return await super().synapse_to_response(synapse, start_time, response_override=response_override)
        synapse.axon = synapse.axon.model_copy(
            update={"status_code": 200, "status_message": "Success", "process_time": time.time() - start_time}
        )
        return Response(synapse.model_dump_json(), headers=synapse.to_headers(), media_type="application/json")


class ThreeGenAxon(bt.Axon):
    """The SDK's axon, except that it accepts every port and does not parse each body again to compare hashes."""

    def __init__(self, **options: typing.Any) -> None:
        super().__init__(**options)
        self.middleware_cls = FastReplyMiddleware  # used for each response

    @classmethod
    def check_config(cls, config: typing.Any) -> None:
        """Accept every port, privileged ones too: this process has bound it already."""

    async def verify_body_integrity(self, request: Request) -> dict[str, typing.Any]:  # noqa: ARG002  the SDK's
        """Skip the check: our synapses hash no fields, and `RequestVerifier` has checked that the header says so."""
        return {}


def build_gateway(
    wallet: typing.Any,
    address: ListenAddress,
    verifier: RequestVerifier,
    handlers: Handlers,
    count_refusal: Callable[[str], None],
    rules: BodyRules | None = None,
) -> AxonGateway:
    """Build the axon's ASGI application. `count_refusal(code)` is called with each refusal."""
    axon = ThreeGenAxon(
        wallet=wallet,
        ip=address.ip,
        port=address.port,
        external_ip=address.external_ip,  # given, so that the SDK does not look it up over the network
        external_port=address.external_port,
    )
    served: dict[type[ThreeGenSynapse], Handler] = {
        PullTask: handlers.pull,
        SubmitResults: handlers.submit,
        GetVersion: handlers.version,
        Generate: handlers.generate,
        StatusCheck: handlers.status,
    }
    for synapse, handler in served.items():
        read = request_class(synapse)
        axon.attach(
            forward_fn=_annotate(guarded(handler), read, read),
            blacklist_fn=_annotate(blacklist_hook(verifier, synapse.__name__), read, typing.Tuple[bool, str]),  # noqa: UP006
            verify_fn=_annotate(verify_hook(verifier), read, None),
        )
    names = [synapse.__name__ for synapse in served]
    return AxonGateway(axon.app, names, handlers.desk.state.may_send_large, count_refusal, rules)


def request_class(synapse: type[ThreeGenSynapse]) -> type[ThreeGenSynapse]:
    """Return a subclass of a synapse, with its name, that ignores what a request has in the fields of the reply.

    A handler must fill these in by `model_copy`, since an assignment is validated as well.
    """
    of_the_reply = synapse.model_fields.keys() - bt.Synapse.model_fields.keys() - synapse.request_fields

    class Request(synapse):  # type: ignore[valid-type, misc]
        @field_validator(*of_the_reply, mode="before")
        @classmethod
        def _ignore(cls, _value: typing.Any, info: ValidationInfo) -> typing.Any:
            return cls.model_fields[str(info.field_name)].get_default(call_default_factory=True)

    Request.__name__ = synapse.__name__  # the SDK routes by it
    return Request


F = typing.TypeVar("F", bound=Callable[..., typing.Any])


def _annotate(function: F, synapse: type[ThreeGenSynapse], returns: object) -> F:
    """Annotate a function with classes: `attach` reads the synapse from them and cannot read postponed annotations."""
    function.__annotations__ = {"synapse": synapse, "return": returns}
    return function
