"""Sends files as RFC 9110 describes: whole, in byte ranges, or 304 where the client has the file already."""

from __future__ import annotations

import asyncio
import email.utils
import os
import re

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from serving.errors import error_response

_ENTITY_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
_RANGE = re.compile(r"[0-9]{1,100}-[0-9]{0,100}|-[0-9]{1,100}")
_KEPT_IN_304 = ("etag", "last-modified", "cache-control")


class ServedFile(FileResponse):
    """A file with its ETag and Last-Modified. A Range header that is not understood is ignored."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI entry."""
        if self.stat_result is None:
            self.stat_result = await asyncio.to_thread(os.stat, self.path)
            self.set_stat_headers(self.stat_result)
        request = Headers(scope=scope)
        if was_replaced(request, self.headers):
            detail = "the file is not the one that If-Match or If-Unmodified-Since describes"
            await error_response(412, "precondition_failed", detail)(scope, receive, send)
        elif is_known(request, self.headers):
            kept = {name: self.headers[name] for name in _KEPT_IN_304 if name in self.headers}
            await Response(status_code=304, headers=kept)(scope, receive, send)
        else:
            await super().__call__(_with_clean_range(scope, request, self.stat_result.st_size), receive, send)


class ServedFolder(StaticFiles):
    """A folder of files, sent as `ServedFile`."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,  # noqa: ARG002  Starlette's signature
        status_code: int = 200,
    ) -> Response:
        """Return the response for one file."""
        return ServedFile(full_path, status_code=status_code, stat_result=stat_result)


def is_known(request: Headers, file: Headers) -> bool:
    """Check whether the client has this file already: If-None-Match, or else If-Modified-Since."""
    if "if-none-match" in request:
        tags = _entity_tags(request, "if-none-match")
        return tags == ["*"] or file["etag"] in (tag.removeprefix("W/") for tag in tags)
    since, modified = _time(request.get("if-modified-since")), _time(file["last-modified"])
    return since is not None and modified is not None and modified <= since


def was_replaced(request: Headers, file: Headers) -> bool:
    """Check whether the client wants another version than this one: If-Match, or else If-Unmodified-Since."""
    if "if-match" in request:
        tags = _entity_tags(request, "if-match")
        return tags != ["*"] and file["etag"] not in tags
    since, modified = _time(request.get("if-unmodified-since")), _time(file["last-modified"])
    return since is not None and modified is not None and modified > since


def parse_ranges(header: str, size: int) -> list[tuple[int, int]] | None:
    """Return (first byte, last byte) of each range that a file of `size` bytes satisfies.

    Return None for a header to ignore: another unit than bytes, wrong syntax, or a range that ends before it begins.
    """
    unit, _, listed = header.partition("=")
    ranges = [text for part in listed.split(",") if (text := part.strip(" \t"))]
    if unit.strip().lower() != "bytes" or not ranges or not all(_RANGE.fullmatch(text) for text in ranges):
        return None
    found = []
    for text in ranges:
        first, _, last = text.partition("-")
        if not first:
            begin, end = max(0, size - int(last)), size - 1
        else:
            begin, end = int(first), int(last) if last else size - 1
            if last and end < begin:
                return None
        if begin < size:
            found.append((begin, min(end, size - 1)))
    return found


def _with_clean_range(scope: Scope, request: Headers, size: int) -> Scope:
    """Return the scope with a Range header that Starlette reads as intended, or none. It refuses some with 400."""
    lines = request.getlist("range")
    if not lines:
        return scope
    ranges = parse_ranges(lines[0], size) if len(lines) == 1 else None
    headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"range"]
    if ranges is not None:
        listed = ",".join(f"{begin}-{end}" for begin, end in ranges) or f"{size}-"  # the latter is answered 416
        headers.append((b"range", f"bytes={listed}".encode()))
    return {**scope, "headers": headers}


def _entity_tags(request: Headers, name: str) -> list[str]:
    """Return the entity tags of a header, weak ones with their W/, or ["*"]."""
    text = ",".join(request.getlist(name))
    return ["*"] if text.strip() == "*" else [match.group() for match in _ENTITY_TAG.finditer(text)]


def _time(text: str | None) -> int | None:
    """Return the seconds since 1970 of an HTTP date, None for none and for one that cannot be read."""
    parsed = email.utils.parsedate_tz(text) if text else None
    try:
        return None if parsed is None else email.utils.mktime_tz(parsed)
    except (ValueError, OverflowError):
        return None
