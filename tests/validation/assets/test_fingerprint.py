from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from mocks.cheats import noise
from splats.codecs import decode, encode_ply, encode_spz
from splats.model import Splats
from validation.assets.fingerprint import digest, embedding, fingerprint
from validation.schemas import EMBEDDING_SIZE, NEAR_DUPLICATE_DISTANCE, embedding_distance


def turned(splats: Splats, degrees: float) -> Splats:
    """Turned about the vertical axis (centres; discs keep their own attitude, which the fingerprint does not read)."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return replace(splats, means=splats.means @ torch.tensor([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]]).T)


def distance(first: Splats, second: Splats) -> float:
    return embedding_distance(embedding(first), embedding(second))


@pytest.fixture(scope="module")
def hamburger(shared_data: Path) -> Splats:
    return decode((shared_data / "hamburger.ply").read_bytes())


def test_digest_is_the_same_for_ply_and_spz(honest: Splats) -> None:
    assert digest(decode(encode_ply(honest))) == digest(decode(encode_spz(honest))) == digest(honest)


def test_digest_of_a_real_asset_is_the_same_for_ply_and_spz(hamburger: Splats) -> None:
    assert digest(decode(encode_ply(hamburger))) == digest(decode(encode_spz(hamburger))) == digest(hamburger)


def test_digest_is_the_same_after_both_formats_in_turn(honest: Splats) -> None:
    assert digest(decode(encode_ply(decode(encode_spz(honest))))) == digest(honest)


def test_digest_survives_values_that_lie_on_the_grid_halfway(honest: Splats) -> None:
    halfway = replace(honest, means=((honest.means * 4096).floor() + 0.5) / 4096)
    assert digest(decode(encode_spz(halfway))) == digest(decode(encode_ply(halfway)))


def test_digest_ignores_the_order(honest: Splats) -> None:
    assert digest(honest.select(torch.randperm(len(honest)))) == digest(honest)


@pytest.mark.parametrize("field", ["means", "sh"])
def test_digest_changes_with_place_and_colour(honest: Splats, field: str) -> None:
    moved = getattr(honest, field).clone()
    moved[0] += 0.1
    assert digest(replace(honest, **{field: moved})) != digest(honest)


def test_digest_takes_positions_beyond_the_grid(honest: Splats) -> None:
    assert len(digest(replace(honest, means=honest.means * 1e6))) == 64


def test_embedding_has_its_size_and_plain_floats(honest: Splats) -> None:
    found = fingerprint(honest).embedding
    assert len(found) == EMBEDDING_SIZE
    assert all(isinstance(value, float) and math.isfinite(value) for value in found)


def test_embedding_hardly_moves_for_altered_copies(honest: Splats) -> None:
    draw = torch.Generator().manual_seed(0)
    jitter = 0.005 * torch.randn(len(honest), 3, generator=draw)
    altered = {
        "reordered": honest.select(torch.randperm(len(honest), generator=draw)),
        "requantised": decode(encode_spz(honest)),
        "jittered": replace(honest, means=honest.means + jitter),
        "turned": turned(honest, 77),
        "scaled": replace(honest, means=honest.means * 2.5, scales=honest.scales * 2.5),
        "moved": replace(honest, means=honest.means + torch.tensor([0.3, -0.2, 5.0])),
        "thinned": honest.select(torch.rand(len(honest), generator=draw) > 0.05),
    }
    far = {name: distance(honest, copy) for name, copy in altered.items()}
    assert {name: value for name, value in far.items() if value >= NEAR_DUPLICATE_DISTANCE} == {}


def test_embedding_moves_for_another_shape(honest: Splats) -> None:
    assert distance(honest, replace(honest, means=honest.means * torch.tensor([1, 1.3, 1]))) > NEAR_DUPLICATE_DISTANCE


def test_embedding_moves_for_another_colour(honest: Splats) -> None:
    assert distance(honest, replace(honest, sh=honest.sh[..., [1, 0, 2]])) > NEAR_DUPLICATE_DISTANCE


def test_embedding_of_unseen_splats_is_still_defined(honest: Splats) -> None:
    assert len(embedding(replace(honest, opacities=torch.zeros(len(honest))))) == EMBEDDING_SIZE


def test_embedding_of_noise_is_far_from_an_object(honest: Splats) -> None:
    assert distance(honest, noise()) > NEAR_DUPLICATE_DISTANCE


def test_distance_wants_whole_embeddings() -> None:
    with pytest.raises(ValueError, match="64 numbers"):
        embedding_distance([0.0] * 63, [0.0] * 64)
