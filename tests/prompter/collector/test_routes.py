"""The collector's routes: submissions, fetches, and the code of each refusal."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from prompter.collector.keys import KeyRing
from tests.http_methods import compare_head_with_get


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_new_prompts_are_accepted_and_known_ones_counted(rig: Any) -> None:
    answer = rig.submit(
        [
            "a red car",
            "A  Red car",
            "blue tin robot",
            "",
            7,
            "x" * 1025,
            "two\x00parts",
            "\u200b",
            "blue\ttin\u200b robot",
        ]
    )
    assert answer.json() == {
        "accepted": 2,
        "duplicates": 2,
        "rejected": {"empty": 2, "not_text": 1, "too_long": 1, "not_printable": 1},
    }


def test_a_repeated_submission_is_answered_with_its_first_receipt(rig: Any) -> None:
    first = rig.submit(["a red car"], **{"Idempotency-Key": "one"})
    again = rig.submit(["a red car"], **{"Idempotency-Key": "one"})
    assert first.json()["accepted"] == again.json()["accepted"] == 1


def test_an_idempotency_key_with_other_prompts_is_refused(rig: Any) -> None:
    rig.submit(["a red car"], **{"Idempotency-Key": "one"})
    answer = rig.submit(["a blue car"], **{"Idempotency-Key": "one"})
    assert refused(answer) == (422, "idempotency_mismatch")


@pytest.mark.parametrize("key", ["", "wrong", "x" * 200])
def test_a_wrong_key_is_refused(rig: Any, key: str) -> None:
    answer = rig.client.post("/submit", json={"prompts": ["a red car"]}, headers={"X-Api-Key": key})
    assert refused(answer) == (401, "unauthorized")


def test_a_revoked_key_is_refused_at_once(rig: Any, db: Path) -> None:
    assert rig.submit(["a red car"]).status_code == 200
    ring = KeyRing(db)
    assert ring.revoke("generator")
    ring.close()
    assert refused(rig.submit(["a blue car"])) == (401, "unauthorized")


def test_a_submission_of_too_many_prompts_is_refused_whole(rig: Any) -> None:
    assert refused(rig.submit([f"a red car {i}" for i in range(1001)])) == (413, "too_many")
    assert rig.fetch().json() == {"prompts": []}


def test_too_many_bytes_are_refused(rig: Any) -> None:
    assert refused(rig.submit(["x" * (1 << 20)])) == (413, "too_large")


def test_a_submission_of_the_wrong_shape_is_refused(rig: Any) -> None:
    answer = rig.client.post("/submit", json={"prompt": "a red car"}, headers=rig.headers)
    assert refused(answer) == (422, "invalid_request")


def test_submissions_above_the_rate_limit_get_a_retry_after(rig: Any) -> None:
    answers = [rig.submit(["a red car"]) for _ in range(21)]
    assert refused(answers[-1]) == (429, "rate_limited")
    assert int(answers[-1].headers["Retry-After"]) >= 1


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["/get", "/get/"])
def test_a_validator_gets_prompts_by_either_method(rig: Any, method: str, path: str) -> None:
    rig.submit(["a red car", "a blue car"])
    answer = rig.client.request(method, path, json=rig.signed())
    assert answer.json() == {"prompts": ["a blue car", "a red car"]}
    assert answer.headers["Content-Encoding"] == "gzip"


def test_a_client_without_gzip_gets_plain_json(rig: Any) -> None:
    answer = rig.client.request("GET", "/get", json=rig.signed(), headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert answer.json() == {"prompts": []}


def test_a_nonce_can_be_used_only_once(rig: Any) -> None:
    body = rig.signed()
    assert rig.client.request("GET", "/get", json=body).status_code == 200
    assert refused(rig.client.request("GET", "/get", json=body)) == (409, "nonce_reused")


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_stale_nonce_is_refused(rig: Any, seconds: int) -> None:
    assert refused(rig.fetch(nonce=time.time_ns() + seconds * 10**9)) == (403, "stale_nonce")


def test_a_signature_over_another_message_is_refused(rig: Any) -> None:
    assert refused(rig.fetch(signature=rig.signed(nonce=1)["signature"])) == (403, "bad_signature")


@pytest.mark.parametrize(("who", "code"), [("Eve", "not_registered"), ("Bob", "low_stake")])
def test_only_validators_may_fetch(rig: Any, who: str, code: str) -> None:
    assert refused(rig.fetch(who=who)) == (403, code)


def test_a_request_may_be_bound_to_this_collector(rig: Any) -> None:
    assert rig.fetch(collector="here").status_code == 200


def test_a_request_bound_to_another_collector_is_refused(rig: Any) -> None:
    assert refused(rig.fetch(collector="there")) == (403, "bad_signature")


def test_a_wrong_bound_signature_is_refused(rig: Any) -> None:
    assert refused(rig.fetch(collector="here", bound=rig.signed()["signature"])) == (403, "bad_signature")


def test_fetches_above_the_rate_limit_get_a_retry_after(rig: Any) -> None:
    answers = [rig.fetch() for _ in range(6)]
    assert refused(answers[-1]) == (429, "rate_limited")
    assert int(answers[-1].headers["Retry-After"]) > 60


def test_fetches_are_refused_until_the_chain_has_been_read(rig: Any) -> None:
    rig.chain.unavailable = True
    answer = rig.fetch()
    assert refused(answer) == (503, "chain_unavailable")
    assert answer.headers["Retry-After"] == "60"


def test_a_known_validator_can_fetch_while_the_chain_is_unavailable(rig: Any) -> None:
    assert rig.fetch().status_code == 200
    rig.chain.unavailable = True
    assert rig.fetch().status_code == 200


def test_metrics_count_prompts_without_naming_keys(rig: Any) -> None:
    rig.submit(["a red car"])
    text = rig.client.get("/metrics").text
    assert 'prompts_submitted_total{outcome="accepted"} 1.0' in text
    assert "prompts_stored 1.0" in text
    assert "generator" not in text


def test_every_get_route_answers_head(rig: Any) -> None:
    assert [compare_head_with_get(rig.client, path) for path in ("/health/", "/ready/", "/get")] == [200, 200, 422]
    assert rig.client.put("/get").headers["allow"] == "GET, HEAD, POST"
    assert rig.client.get("/submit").headers["allow"] == "POST"
