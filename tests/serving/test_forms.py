"""Forms as browsers, curl and older clients really send them."""

from __future__ import annotations

from email.message import Message

import pytest

from serving.errors import ServiceError
from serving.forms import MAX_FIELDS, parse_form

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = 'multipart/form-data; boundary="X"'
PROMPT = b'--X\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nred car\r\n'


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"prompt=red+car&seed=5", {"prompt": "red car", "seed": "5"}),
        ("prompt=café table".encode(), {"prompt": "café table"}),
        (b"prompt=caf%C3%A9%20table", {"prompt": "café table"}),
        ("prompt=🚗 “red” красный".encode(), {"prompt": "🚗 “red” красный"}),
        (b"prompt=100%&seed=%zz", {"prompt": "100%", "seed": "%zz"}),
        (b"prompt=a;b=c=d", {"prompt": "a;b=c=d"}),
        (b"&&prompt=a&prompt=b&", {"prompt": "b"}),
        (b"pr%6Fmpt=a&empty=&flag", {"prompt": "a", "empty": "", "flag": ""}),
        (b"", {}),
    ],
)
def test_an_urlencoded_form_is_read_by_the_url_standard(body: bytes, fields: dict[str, str]) -> None:
    assert texts(body, URLENCODED) == fields


@pytest.mark.parametrize(
    ("charset", "data", "text"),
    [
        ("utf-8", b"caf\xc3\xa9", "café"),
        ("UTF8", b"caf\xc3\xa9", "café"),
        ("iso-8859-1", b"caf\xe9", "café"),
        ("latin1", b"\x93red\x94", "“red”"),
        ("ISO-8859-15", b"5 \xa4", "5 €"),
        ("windows-1251", "красный".encode("cp1251"), "красный"),
        ("koi8-r", "красный".encode("koi8_r"), "красный"),
        ("Shift_JIS", "自転車".encode("shift_jis"), "自転車"),
        ("gb18030", "自行车".encode("gb18030"), "自行车"),
        ("euc-kr", "자전거".encode("euc_kr"), "자전거"),
        ("us-ascii", b"car", "car"),
    ],
)
def test_a_declared_charset_is_honoured(charset: str, data: bytes, text: str) -> None:
    escaped = b"".join(b"%%%02X" % byte for byte in data)
    assert texts(b"prompt=" + escaped, f'{URLENCODED}; charset="{charset}"') == {"prompt": text}
    assert texts(b"_charset_=" + charset.encode() + b"&prompt=" + escaped, URLENCODED)["prompt"] == text
    own = b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n" + data
    assert texts(PROMPT.replace(b"\r\n\r\nred car", b"\r\n" + own) + b"--X--", MULTIPART) == {"prompt": text}
    of_all = b'--X\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\n' + charset.encode() + b"\r\n"
    assert texts(of_all + PROMPT.replace(b"red car", data) + b"--X--", MULTIPART)["prompt"] == text


@pytest.mark.parametrize(
    "charset", ["x-none", "base64", "zlib", "idna", "unicode_escape", "utf-7", "a" * 1000, "", "\0"]
)
def test_another_charset_is_refused(charset: str) -> None:
    assert refused(b"_charset_=" + charset.encode() + b"&prompt=a", URLENCODED) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"caf%E9", URLENCODED),
        (b"caf\xe9", URLENCODED),
        (b"%C3", URLENCODED),
        (b"%ED%A0%80", URLENCODED),
        (b"caf%C3%A9", f"{URLENCODED}; charset=us-ascii"),
        (b"%81", f"{URLENCODED}; charset=iso-8859-1"),
    ],
)
def test_invalid_bytes_are_never_replaced(data: bytes, kind: str) -> None:
    with pytest.raises(UnicodeDecodeError):
        texts(b"prompt=" + data, kind)


@pytest.mark.parametrize(
    "body",
    [
        PROMPT + b"--X--\r\n",
        PROMPT + b"--X--",
        b"preamble\r\n" + PROMPT + b"--X--\r\n",
        b"a preamble of\r\n--XY\r\n-X lines\r\n\r\n" + PROMPT + b"--X--\r\nand an\r\n--X\r\nepilogue",
        b"\r\n" + PROMPT + b"--X--",
        PROMPT.replace(b"--X\r\n", b"--X \t\r\n") + b"--X-- \t\r\n",
        PROMPT.replace(b"\r\n", b"\n") + b"--X--\n",
        PROMPT.replace(b'"prompt"', b"prompt") + b"--X--",
        PROMPT.replace(b"Content-Disposition: form-data;", b"CONTENT-DISPOSITION:form-data ;\r\n ") + b"--X--",
        PROMPT.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: 8bit\r\nContent-Length: 7\r\n\r\n") + b"--X--",
    ],
)
def test_a_multipart_form_may_have_any_legal_layout(body: bytes) -> None:
    assert texts(body, MULTIPART) == {"prompt": "red car"}


@pytest.mark.parametrize(
    "boundary", ["X", "----WebKitFormBoundary7MA4YWxk", "a b", "'()+_,-./:=?", "--", "X--", "-", "a" * 70, "a.b*"]
)
def test_a_boundary_may_be_odd(boundary: str) -> None:
    delimiter = b"--" + boundary.encode()
    body = b"--no\r\n" + PROMPT.replace(b"--X", delimiter) + delimiter + b"--\r\n"
    assert texts(body, f'multipart/form-data; charset=utf-8; boundary="{boundary}"') == {"prompt": "red car"}


def test_lines_that_only_begin_like_the_boundary_are_data() -> None:
    data = b"red\r\n--Xy\r\n--X-\r\n --X\r\n\r\ncar"
    assert texts(PROMPT.replace(b"red car", data) + b"--X--", MULTIPART) == {"prompt": data.decode()}


def test_parts_may_be_empty_and_repeated() -> None:
    empty = b'--X\r\nContent-Disposition: form-data; name="seed"\r\n\r\n\r\n'
    assert texts(PROMPT + empty + PROMPT.replace(b"red", b"blue") + b"--X--", MULTIPART) == {
        "prompt": "blue car",
        "seed": "",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"junk",
        PROMPT,
        PROMPT + b"--X-",
        PROMPT + b"--X-- and more",
        b"--X\r\n\r\nno header\r\n--X--",
        b"--X\r\nContent-Disposition: form-data\r\n\r\nno name\r\n--X--",
        b'--X\r\nContent-Disposition: form-data; name="prompt"\r\n--X--',
        PROMPT.replace(b'"prompt"', b'"prompt"; filename="a.txt"') + b"--X--",
        PROMPT.replace(b'"prompt"', b"\"prompt\"; filename*=utf-8''a.txt") + b"--X--",
        PROMPT.replace(b"\r\n\r\n", b"\r\nContent-Transfer-Encoding: base64\r\n\r\n") + b"--X--",
    ],
)
def test_a_malformed_multipart_form_is_refused(body: bytes) -> None:
    assert refused(body, MULTIPART) == (400, "invalid_request")


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", f"{MULTIPART[:-2]}{'a' * 300}"]
)
def test_a_multipart_form_needs_a_boundary(kind: str) -> None:
    assert refused(PROMPT + b"--X--", kind) == (400, "invalid_request")


def test_the_number_of_fields_is_bounded() -> None:
    assert len(texts(b"&".join(b"f%d=1" % i for i in range(MAX_FIELDS)), URLENCODED)) == MAX_FIELDS
    assert refused(b"a=1&" * (MAX_FIELDS + 1), URLENCODED) == (400, "invalid_request")


def texts(body: bytes, content_type: str) -> dict[str, str]:
    return {name: field.text() for name, field in parse_form(body, header(content_type)).items()}


def refused(body: bytes, content_type: str) -> tuple[int, str]:
    with pytest.raises(ServiceError) as caught:
        parse_form(body, header(content_type))
    return caught.value.status_code, caught.value.code


def header(content_type: str) -> Message:
    message = Message()
    message["Content-Type"] = content_type
    return message
