"""Reads request bodies into models: JSON or a form, as their Content-Type says. Other bodies are answered 415."""

from __future__ import annotations

import json
from email.message import Message
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from serving.errors import ServiceError
from serving.forms import codec_of, parse_form

URLENCODED, MULTIPART, JSON = "application/x-www-form-urlencoded", "multipart/form-data", "application/json"

_BOM = b"\xef\xbb\xbf"

Model = TypeVar("Model", bound=BaseModel)
FormModel = TypeVar("FormModel", bound=BaseModel)


async def read_json(request: Request, model: type[Model]) -> Model:
    """Read a JSON body, in memory and on the event loop: for small ones.

    Raises ServiceError (415, 422) and RequestValidationError.
    """
    body = json_bytes(await request.body(), request.headers.get("content-type", ""))
    try:
        value = json.loads(body.decode())
    except (ValueError, RecursionError) as error:
        raise ServiceError(422, "invalid_request", _not_json(error, request)) from None
    return _validate(model, value)


async def read_form(request: Request, model: type[Model]) -> Model:
    """Read a form into a model. A field left empty has its default, since a page sends "" for an empty input.

    Raises ServiceError (400, 415, 422) and RequestValidationError.
    """
    return _read_form(await request.body(), _content_type(request), model, f"{URLENCODED} or {MULTIPART}")


async def read_json_or_form(
    request: Request, json_model: type[Model], form_model: type[FormModel]
) -> Model | FormModel:
    """Read a body that may be either. Raises ServiceError (400, 415, 422) and RequestValidationError."""
    if _is_json(_content_type(request)):
        return await read_json(request, json_model)
    offered = f"{JSON}, {URLENCODED} or {MULTIPART}"
    return _read_form(await request.body(), _content_type(request), form_model, offered)


def json_bytes(body: bytes, content_type: str) -> bytes:
    """Return a JSON body without its byte-order mark.

    Its Content-Type may be missing, or wrong, as with `curl -d`, if the body begins like an object. Raises ServiceError
    (415) if the body is labelled as something else, or not in UTF-8.
    """
    kind = _message(content_type)
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in body[:4]:
        raise _unsupported("JSON has to be in UTF-8; this body begins like UTF-16 or UTF-32")
    if body and content_type and not _is_json(kind) and not _begins_like_json(body):
        raise _unsupported(f"Content-Type has to be {JSON}, and the body JSON")
    charset = kind.get_param("charset", "utf-8")
    if not body.isascii() and codec_of(charset) not in {"utf_8", "ascii"}:
        raise _unsupported("JSON has to be in UTF-8; Content-Type names another charset")
    return body.removeprefix(_BOM)


def body_schema(
    *, json_model: type[BaseModel] | None = None, form_model: type[BaseModel] | None = None
) -> dict[str, Any]:
    """Return the `openapi_extra=` argument of a route that reads its body by this module.

    Multipart is read as well, but a schema for it would promise types that its text parts do not have.
    """
    models = {JSON: json_model, URLENCODED: form_model}
    content = {kind: {"schema": model.model_json_schema()} for kind, model in models.items() if model is not None}
    return {"requestBody": {"required": True, "content": content}}


def _read_form(body: bytes, content_type: Message, model: type[FormModel], offered: str) -> FormModel:
    kind = content_type.get_content_type()
    if body and kind not in {URLENCODED, MULTIPART}:
        raise _unsupported(f"Content-Type has to be {offered}")
    if kind == URLENCODED and _begins_like_json(body):
        raise _unsupported(
            f"the body is JSON, but Content-Type says {URLENCODED}; it has to be {offered}, as the body is"
        )
    values = {}
    for name, field in (parse_form(body, content_type) if body else {}).items():
        known = model.model_fields.get(name)
        if known is not None and (field.data or known.is_required()):
            try:
                values[name] = field.text()
            except UnicodeDecodeError:
                raise ServiceError(
                    422, "invalid_request", f"{name}: the bytes are not text in {field.codec.replace('_', '-')}"
                ) from None
    return _validate(model, values)


def _validate(model: type[Model], value: object) -> Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def _content_type(request: Request) -> Message:
    return _message(request.headers.get("content-type", ""))


def _message(content_type: str) -> Message:
    """Return the header as a message, whose methods parse it; without a header its type is text/plain."""
    message = Message()
    message["Content-Type"] = content_type
    return message


def _is_json(content_type: Message) -> bool:
    kind = content_type.get_content_type()
    return kind == JSON or (kind.startswith("application/") and kind.endswith("+json"))


def _begins_like_json(body: bytes) -> bool:
    return body[:256].removeprefix(_BOM).lstrip().startswith(b"{")


def _not_json(error: Exception, request: Request) -> str:
    where = f" (line {error.lineno}, column {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
    labelled = ", as Content-Type says" if _is_json(_content_type(request)) else ""
    return f"the body is not JSON in UTF-8{labelled}{where}"


def _unsupported(detail: str) -> ServiceError:
    return ServiceError(415, "unsupported_media_type", detail)
