"""The reject list against the codes of the decoders, which it may not import."""

from splats.errors import DECODE_CODES
from validation.schemas import REJECT_CODES


def test_every_decode_code_is_a_reject_code() -> None:
    assert DECODE_CODES < REJECT_CODES
