"""The index of accepted assets: finds copies and near copies, drops old assets, is correct in any order of events."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from neurons.validator.tasks.copies import CopyIndex
from neurons.validator.tasks.state import Accepted
from validation.schemas import NEAR_DUPLICATE_DISTANCE, Fingerprint, embedding_distance

SOURCE = np.random.default_rng(7)


def embedding(scale: float = 10.0) -> np.ndarray:
    return SOURCE.normal(0, scale, 64).astype(np.float32)


def asset(at: float, vector: np.ndarray, digest: str | None = None) -> Accepted:
    return Accepted(at, "miner", digest or f"digest {at}", vector)


def mark(vector: np.ndarray, digest: str = "another") -> Fingerprint:
    return Fingerprint(digest=digest, embedding=[float(value) for value in vector])


def test_the_same_digest_is_a_copy() -> None:
    index = CopyIndex([asset(1.0, embedding(), "same")])
    assert index.find(mark(embedding(), "same")) == "digest"


def test_a_near_embedding_is_a_likeness_and_a_far_one_is_not() -> None:
    vector, off = embedding(), np.zeros(64, np.float32)
    index = CopyIndex([asset(float(i), embedding()) for i in range(3000)] + [asset(4000.0, vector)])
    off[3] = NEAR_DUPLICATE_DISTANCE * 0.99
    assert index.find(mark(vector + off)) == "likeness"
    off[3] = NEAR_DUPLICATE_DISTANCE * 1.01
    assert index.find(mark(vector + off)) is None


def test_an_empty_index_finds_nothing() -> None:
    assert CopyIndex().find(mark(embedding())) is None


def test_a_forgotten_asset_is_not_a_copy() -> None:
    old, new = embedding(), embedding()
    index = CopyIndex([asset(1.0, old), asset(2.0, new)])
    index.forget(2.0)
    assert (index.find(mark(old)), index.find(mark(new)), len(index)) == (None, "likeness", 1)


def test_the_index_is_bounded() -> None:
    vectors = [embedding() for _ in range(5000)]
    index = CopyIndex([asset(float(i), vector) for i, vector in enumerate(vectors)], max_assets=1000)
    assert len(index) == 1000
    assert (index.find(mark(vectors[3999])), index.find(mark(vectors[4000]))) == (None, "likeness")
    assert len(index._vectors) < 5000


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 30), st.just("forget")), max_size=60))
def test_the_index_agrees_with_a_linear_search(events: list[int | str]) -> None:
    vectors = np.random.default_rng(1).normal(0, 0.2, (31, 64)).astype(np.float32)
    index, held = CopyIndex(max_assets=20), []
    for at, event in enumerate(events):
        if event == "forget":
            held = held[len(held) // 2 :]
            index.forget(held[0].at if held else at)
        else:
            asked = mark(vectors[int(event)], f"digest of {event}")
            likenesses = (embedding_distance(asked.embedding, one.embedding.tolist()) for one in held)
            near = any(distance < NEAR_DUPLICATE_DISTANCE for distance in likenesses)
            same = any(one.digest == asked.digest for one in held)
            assert index.find(asked) == ("digest" if same else "likeness" if near else None)
            new = asset(float(at), vectors[int(event)], asked.digest)
            index.add(new)
            held = [*held, new][-20:]
