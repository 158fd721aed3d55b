"""With the shipped scorer, every cheat scores below its honest counterpart or is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from generation.backends import LOADERS
from mocks import cheats
from splats.codecs import encode_ply
from splats.model import Splats, normalise
from validation.assets.fingerprint import fingerprint
from validation.assets.prepare import Prepared, downsample, measure, prepare, render_views
from validation.errors import RejectedError, ScorerError
from validation.scoring.clip import load_encoder
from validation.scoring.judge import Judge
from validation.scoring.scorer import Gates, find_scorer_files

PROMPT, OTHER = "a red car", "a green dragon"
SEED = 5

Cheat = Callable[[Splats, Splats], Splats]
CHEATS: dict[str, Cheat] = {
    "flat card": lambda honest, _other: cheats.card_of(honest),
    "text": lambda _honest, _other: cheats.text_card(PROMPT),
    "one side": lambda honest, _other: cheats.one_sided(honest),
    "lying colours": lambda honest, _other: cheats.lying(honest),
    "floaters": lambda honest, _other: cheats.among_floaters(honest),
    "another's asset": lambda _honest, other: other,
    "noise": lambda _honest, _other: cheats.noise(),
    "fog": lambda _honest, _other: cheats.fog((0.8, 0.1, 0.1)),
}


@pytest.fixture(scope="module")
def judge() -> Judge:
    try:
        files = find_scorer_files("three-gen-small")
    except ScorerError:
        pytest.skip("this checkout ships no three-gen-small yet")
    return Judge(files, load_encoder(files))


@pytest.fixture(scope="module")
def assets(judge: Judge) -> tuple[Splats, Splats]:
    generate = LOADERS["procedural"]("cpu")
    first, second = (generate(prompt, 0, lambda _progress: None).splats for prompt in (PROMPT, OTHER))
    return first, second


@pytest.fixture(scope="module")
def honest_score(judge: Judge, assets: tuple[Splats, Splats]) -> float:
    return judge.judge(PROMPT, prepare(encode_ply(assets[0]), SEED, judge.render_spec("cpu"))).score


def test_the_honest_asset_scores_high(honest_score: float) -> None:
    assert honest_score > 0.8


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_scores_below_its_honest_counterpart(
    name: str, judge: Judge, assets: tuple[Splats, Splats], honest_score: float
) -> None:
    cheat = CHEATS[name](*assets)
    try:
        prepared = prepare(encode_ply(cheat), SEED, judge.render_spec("cpu"))
    except RejectedError:
        return
    assert judge.judge(PROMPT, prepared).score < honest_score - 0.05


@pytest.mark.parametrize("name", ["flat card", "one side", "lying colours"])
def test_the_checks_and_gates_do_the_work(name: str, judge: Judge, assets: tuple[Splats, Splats]) -> None:
    cheat = CHEATS[name](*assets)
    files = replace(judge.files, constants=judge.constants.model_copy(update={"gates": Gates()}))
    open_judge = Judge(files, load_encoder(files))
    unguarded = open_judge.judge(PROMPT, unchecked(cheat, judge)).score
    try:
        guarded = judge.judge(PROMPT, prepare(encode_ply(cheat), SEED, judge.render_spec("cpu"))).score
    except RejectedError:
        guarded = 0.0
    assert guarded < unguarded


TWO_FACED = {
    "white shown, red scored": ("white car", "red car", 0.01, (1.0, -200.0, -200.0)),
    "yellow shown, green scored": ("yellow car", "green car", 0.03, (-60.0, 0.6, 0.0)),
    "white shown, blue scored": ("white car", "blue car", 0.01, (-200.0, -120.0, 1.0)),
    "yellow shown, red scored": ("yellow car", "red car", 0.01, (0.8, -120.0, -20.0)),
}


@pytest.mark.parametrize("name", TWO_FACED)
def test_a_two_faced_asset_scores_as_what_viewers_show(name: str, judge: Judge) -> None:
    shown, hidden, opacity, rgb = TWO_FACED[name]
    honest = LOADERS["procedural"]("cpu")(shown, 1, lambda _progress: None).splats
    prepared = prepare(encode_ply(cheats.veiled(honest, opacity, rgb)), SEED, judge.render_spec("cpu"))
    assert judge.judge(hidden, prepared).score < 0.3
    assert judge.judge(shown, prepared).score > 0.6


def unchecked(splats: Splats, judge: Judge) -> Prepared:
    """Prepare an asset without any check."""
    spec = judge.render_spec("cpu")
    asset = normalise(splats)
    images, alpha = render_views(asset, SEED, spec)
    views, cover = downsample(images, alpha, spec.supersample)
    return Prepared(views.numpy(), measure(asset, views, cover), fingerprint(splats), None, {})
