"""Read the numbers of an ascii PLY body in bounded time and memory."""

from __future__ import annotations

import re
from itertools import islice

import numpy as np
import numpy.typing as npt

from splats.errors import DecodeError
from splats.formats.ply_header import Element

MAX_NUMBERS = 2**23
"""The numbers in 64 MiB of text at 8 characters each; real files need more characters. Parsing takes 0.2 to 0.3 µs a
number, so this bounds the work to two or three seconds."""

_WORD = re.compile(rb"[^ \t\n\r\f\v]+")
_CHUNK_BYTES = 2**20
_MAX_NUMBER_CHARS = 1024
"""A float64 written out in full takes at most 1,077 characters; programs write at most 25."""


def parse_numbers(text: bytes, start: int, total: int) -> tuple[npt.NDArray[np.float64], int]:
    """Return the first `total` numbers of `text` from byte `start`, [total], and the byte after them.

    White space separates numbers; line ends have no meaning. The text is parsed in chunks of a mebibyte, so that only
    the Python objects of one chunk exist at the same time as the result.
    Raises DecodeError `too_large` for a `total` above MAX_NUMBERS, `truncated` for too few numbers, `bad_encoding` for
    a word that is not a number.
    """
    _check_total(text, start, total)
    values = np.empty(total, np.float64)
    done = 0
    while done < total:
        if start >= len(text):
            raise DecodeError("truncated", f"the PLY file ends after {done:,} of {total:,} numbers")
        end = _chunk_end(text, start)
        chunk = text[start:end]
        words = chunk.split()
        if len(words) > total - done:  # the chunk ends beyond the last number
            *words, rest = chunk.split(None, total - done)
            end -= len(rest)
        try:
            values[done : done + len(words)] = [float(word) for word in words]
        except ValueError:
            raise DecodeError("bad_encoding", "the ascii PLY file holds a word that is not a number") from None
        done += len(words)
        start = end
    return values, start


def skip_rows(text: bytes, start: int, element: Element) -> int:
    """Return the byte after the rows of `element`, whose first word is at byte `start` or later.

    Raises DecodeError `too_large` for more than MAX_NUMBERS words, `truncated` for too few, `bad_encoding` for a list
    whose count is not a whole number.
    """
    if element.count == 0 or not element.layout:
        return start
    _check_total(text, start, element.count * len(element.layout))
    words = _WORD.finditer(text, start)
    left = MAX_NUMBERS
    end = start
    for _ in range(element.count):
        for count_code, _ in element.layout:
            word = next(words, None)
            if word is not None and count_code:
                length = _list_length(word[0])
                left -= length
                if left < 0:
                    raise DecodeError("too_large", f"the lists of the PLY file hold more than {MAX_NUMBERS:,} words")
                word = next(islice(words, length - 1, None), None) if length else word
            if word is None:
                raise DecodeError("truncated", f"the PLY file ends within the rows of {element.name[:40]!r}")
            end = word.end()
    return end


def _list_length(word: bytes) -> int:
    if not word.isdigit() or len(word) > 9:
        raise DecodeError("bad_encoding", f"a PLY list has {word[:40].decode('latin-1')!r} as its count")
    return int(word)


def _check_total(text: bytes, start: int, total: int) -> None:
    if total > (len(text) - start + 1) // 2:  # each number takes a digit and a space
        raise DecodeError("truncated", f"the PLY file cannot hold the {total:,} numbers that it declares")
    if total > MAX_NUMBERS:
        raise DecodeError(
            "too_large", f"{total:,} numbers of text; at most {MAX_NUMBERS:,} are accepted: send binary PLY"
        )


def _chunk_end(text: bytes, start: int) -> int:
    """Return where a chunk of about _CHUNK_BYTES ends without splitting a word."""
    end = start + _CHUNK_BYTES
    if end >= len(text):
        return len(text)
    last_word = text[end - _MAX_NUMBER_CHARS : end].split()[-1:]
    if text[end - 1 : end].isspace() or not last_word:
        return end
    if len(last_word[0]) == _MAX_NUMBER_CHARS:
        raise DecodeError("bad_encoding", f"the ascii PLY file holds a number of over {_MAX_NUMBER_CHARS} characters")
    return end - len(last_word[0])
