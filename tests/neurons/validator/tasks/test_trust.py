"""Results are decoded in pieces, and to the same bytes as in one."""

from __future__ import annotations

import base64
import random

import pytest

from neurons.validator.tasks.trust import DECODED_CHARS, BadEncodingError, decode_results

PIECE = DECODED_CHARS // 4 * 3
"""Bytes of an asset in one piece."""


@pytest.mark.parametrize("size", [0, 1, 2, 3, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 2])
def test_results_of_any_length_are_decoded(size: int) -> None:
    asset = random.Random(size).randbytes(size)
    assert decode_results(base64.b64encode(asset).decode()) == asset


@pytest.mark.parametrize("text", ["A", "AAA", "AA=A", "QQ==QQ==", "QUJD\n", "☃☃☃☃", "A-_A"])
@pytest.mark.parametrize("pieces_before", [0, 1])
def test_what_is_not_base64_on_one_line_is_refused(text: str, pieces_before: int) -> None:
    with pytest.raises(BadEncodingError):
        decode_results("A" * DECODED_CHARS * pieces_before + text)


def test_padding_between_two_pieces_is_refused() -> None:
    padded = "A" * (DECODED_CHARS - 2) + "=="
    with pytest.raises(BadEncodingError):
        decode_results(padded + "AAAA")
