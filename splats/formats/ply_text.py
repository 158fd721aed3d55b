"""Read the numbers of an ascii PLY body in bounded time and memory."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from splats.errors import DecodeError

MAX_NUMBERS = 2**23
"""The numbers in 64 MiB of text at 8 characters each; real files need more characters. Parsing takes 0.2 to 0.3 µs a
number, so this bounds the work to two or three seconds."""

_CHUNK_BYTES = 2**20
_MAX_NUMBER_CHARS = 1024
"""A float64 written out in full takes at most 1,077 characters; programs write at most 25."""


def parse_numbers(text: bytes, start: int, total: int) -> tuple[npt.NDArray[np.float64], bool]:
    """Return the first `total` numbers of `text` from byte `start`, [total], and whether anything follows them.

    White space separates numbers; line ends have no meaning. The text is parsed in chunks of a mebibyte, so that only
    the Python objects of one chunk exist at the same time as the result.
    Raises DecodeError `too_large` for a `total` above MAX_NUMBERS, `truncated` for too few numbers, `bad_encoding` for
    a word that is not a number.
    """
    if total > (len(text) - start + 1) // 2:  # each number takes a digit and a space
        raise DecodeError("truncated", f"the PLY file cannot hold the {total:,} numbers that it declares")
    if total > MAX_NUMBERS:
        raise DecodeError(
            "too_large", f"{total:,} numbers of text; at most {MAX_NUMBERS:,} are accepted: send binary PLY"
        )
    values = np.empty(total, np.float64)
    done = 0
    while done < total:
        if start >= len(text):
            raise DecodeError("truncated", f"the PLY file ends after {done:,} of {total:,} numbers")
        end = _chunk_end(text, start)
        words = text[start:end].split()
        wanted = words[: total - done]
        try:
            values[done : done + len(wanted)] = [float(word) for word in wanted]
        except ValueError:
            raise DecodeError("bad_encoding", "the ascii PLY file holds a word that is not a number") from None
        done += len(wanted)
        start = end
        if len(wanted) < len(words):
            return values, True
    return values, bool(text[start:].strip())


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
