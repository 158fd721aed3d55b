"""Parses forms, urlencoded and multipart, into fields of bytes, and decodes them by their charset.

Follows the URL standard and RFC 7578: fields are UTF-8 unless the body, the form's `_charset_` field or the part itself
names another charset. Bytes that are invalid in it are refused, never replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser
from encodings.aliases import aliases
from urllib.parse import unquote_to_bytes

from serving.errors import ServiceError

MAX_FIELDS = 20

_MAX_BOUNDARY_CHARS = 200
"""RFC 2046 allows 70."""

_CODECS = frozenset(
    {"ascii", "utf_8", "utf_16", "utf_16_be", "utf_16_le", "latin_1", "cp866", "cp874", "cp932", "cp949"}
    | {f"cp{number}" for number in range(1250, 1259)}
    | {f"iso8859_{number}" for number in (2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)}
    | {"koi8_r", "koi8_u", "mac_roman", "mac_cyrillic", "tis_620", "shift_jis", "euc_jp", "iso2022_jp", "euc_kr"}
    | {"gb2312", "gbk", "gb18030", "big5", "big5hkscs"}
)
# A table of our own, since codecs.lookup remembers every name that it is asked for, and knows what is not a charset.
_CODEC_BY_LABEL = {name: name for name in _CODECS} | {
    name: codec for name, codec in aliases.items() if codec in _CODECS
}


@dataclass(frozen=True, slots=True)
class Field:
    """A field's bytes, and Python's codec for their charset."""

    data: bytes
    codec: str

    def text(self) -> str:
        """Decode the field. Raises UnicodeDecodeError."""
        return self.data.decode(self.codec)


def parse_form(body: bytes, content_type: Message) -> dict[str, Field]:
    """Return the fields by name, the last one of each name. The body is multipart if its Content-Type says so.

    Raises ServiceError 400 for a malformed or oversize form or one with a file, and 415 for an unknown charset.
    """
    multipart = content_type.get_content_type() == "multipart/form-data"
    raw = list(_parts(body, content_type) if multipart else _pairs(body))
    if len(raw) > MAX_FIELDS:
        raise _malformed(f"the form has more than {MAX_FIELDS} fields")
    named = [data.decode("latin-1") for name, data, _ in raw if name == "_charset_"]
    default = codec_of(named[0] if named else content_type.get_param("charset", "utf-8"))
    return {name: Field(data, default if own is None else codec_of(own)) for name, data, own in raw}


def codec_of(charset: object) -> str:
    """Return Python's codec for a charset as HTTP names it. Raises ServiceError 415 if it is not supported."""
    codec = _CODEC_BY_LABEL.get(re.sub(r"[-_:. ]+", "_", str(charset).strip().lower()))
    if codec is None:
        raise ServiceError(
            415, "unsupported_media_type", "the charset that the request names is not supported; use UTF-8"
        )
    return "cp1252" if codec == "latin_1" else codec  # what every browser means by ISO 8859-1 (Encoding Standard)


def _pairs(body: bytes) -> Iterator[tuple[str, bytes, None]]:
    """Yield name and value of each field of an urlencoded form."""
    for pair in filter(None, body.replace(b"+", b" ").split(b"&")):
        name, _, value = pair.partition(b"=")
        yield unquote_to_bytes(name).decode("latin-1"), unquote_to_bytes(value), None


def _parts(body: bytes, content_type: Message) -> Iterator[tuple[str, bytes, object]]:
    """Yield name, value and own charset of each part of a multipart form. Preamble and epilogue are skipped."""
    boundary = content_type.get_param("boundary", "")
    if not isinstance(boundary, str) or not 0 < len(boundary) <= _MAX_BOUNDARY_CHARS:
        raise _malformed("Content-Type names no boundary of the multipart form")
    line = rb"(?:\A|\r?\n)--" + re.escape(boundary.encode("latin-1", "replace")) + rb"(--)?[ \t]*(?=\r?\n|\Z)"
    start = None
    for delimiter in re.finditer(line, body):
        if start is not None:
            yield _part(body[start : delimiter.start()])
        if delimiter[1]:
            return
        start = delimiter.end()
    raise _malformed("the multipart form does not end with its boundary")


def _part(part: bytes) -> tuple[str, bytes, object]:
    head, blank_line, data = _split_part(part)
    headers = HeaderParser().parsestr(head.lstrip(b"\r\n").decode("latin-1"))
    name = headers.get_param("name", header="content-disposition")
    if not blank_line or not isinstance(name, str):
        raise _malformed("a part of the multipart form has no name")
    if headers.get_param("filename", header="content-disposition") is not None:
        raise _malformed("the form contains a file; all fields are text")
    if headers.get("content-transfer-encoding", "8bit").strip().lower() not in {"7bit", "8bit", "binary"}:
        raise _malformed("a part of the multipart form is encoded (Content-Transfer-Encoding); send it as it is")
    return name, data, headers.get_param("charset")


def _split_part(part: bytes) -> tuple[bytes, bytes, bytes]:
    found = re.search(rb"\r?\n\r?\n", part)
    return (part[: found.start()], found[0], part[found.end() :]) if found else (part, b"", b"")


def _malformed(detail: str) -> ServiceError:
    return ServiceError(400, "invalid_request", detail)
