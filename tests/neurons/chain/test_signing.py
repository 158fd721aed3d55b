"""Signatures of hotkeys: made and verified; malformed ones do not verify, and raise nothing."""

from __future__ import annotations

import base64

import pytest
from bittensor_wallet import Keypair

from neurons.chain.signing import sign, verify
from neurons.messages import result_message

ALICE = Keypair.create_from_uri("//Alice")
BOB = Keypair.create_from_uri("//Bob")


def test_a_signature_verifies() -> None:
    message = result_message(7, "a red car", "V", "M")
    assert message == b"7a red carVM"
    assert verify(ALICE.ss58_address, message, sign(ALICE, message))


def test_a_prompt_like_a_hex_number_is_signed_as_text() -> None:
    message = b"0xabcd"
    assert verify(ALICE.ss58_address, message, sign(ALICE, message))
    assert not verify(ALICE.ss58_address, b"\xab\xcd", sign(ALICE, message))


@pytest.mark.parametrize(
    "signature",
    ["", "=", "no base64!", base64.b64encode(b"short").decode(), base64.b64encode(bytes(64)).decode(), "A" * 10_000],
)
def test_a_malformed_signature_does_not_verify(signature: str) -> None:
    assert not verify(ALICE.ss58_address, b"message", signature)


def test_a_signature_of_another_hotkey_does_not_verify() -> None:
    assert not verify(ALICE.ss58_address, b"message", sign(BOB, b"message"))


def test_an_invalid_hotkey_does_not_verify() -> None:
    assert not verify("not an address", b"message", sign(ALICE, b"message"))
