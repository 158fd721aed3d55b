"""When a miner makes another candidate, sends its best one or declines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from neurons.miner.candidates import Candidate, Effort, NextAction, choose_action, choose_better
from neurons.miner.rules import MinerRules

RULES = MinerRules()
NOW = 1000.0
FRESH = Effort(pulled_at=NOW, deadline=NOW + 600, thresholds=(0.8, 0.6), pace_s=20)


def with_best(score: float | None, **changes) -> Effort:
    return replace(FRESH, best=Candidate("eA==", 1, score), **{"made": 1, **changes})


def test_a_new_task_is_begun() -> None:
    assert choose_action(FRESH, 0, NOW, RULES) is NextAction.START


def test_without_a_score_the_first_is_sent() -> None:
    assert choose_action(with_best(None), 0, NOW + 20, RULES) is NextAction.SUBMIT


def test_a_candidate_above_the_highest_threshold_is_sent_at_once() -> None:
    assert choose_action(with_best(0.8), 1, NOW + 20, RULES) is NextAction.SUBMIT


def test_an_acceptable_candidate_is_improved() -> None:
    assert choose_action(with_best(0.7), 0, NOW + 20, RULES) is NextAction.START


def test_the_thresholds_are_the_validators() -> None:
    assert choose_action(with_best(0.7, thresholds=(0.65, 0.4)), 0, NOW + 20, RULES) is NextAction.SUBMIT


def test_improving_ends_with_the_time_that_costs_nothing() -> None:
    late = NOW + RULES.hold_s - 1.4 * FRESH.pace_s  # no time for one and a half candidates
    assert choose_action(with_best(0.7), 0, late, RULES) is NextAction.SUBMIT


def test_running_candidates_are_awaited() -> None:
    late = NOW + RULES.hold_s - 1
    assert choose_action(with_best(0.7), 1, late, RULES) is NextAction.WAIT
    assert choose_action(with_best(0.7), 1, NOW + RULES.hold_s, RULES) is NextAction.SUBMIT


def test_a_candidate_below_the_threshold_is_improved_until_the_deadline_is_near() -> None:
    assert choose_action(with_best(0.5), 0, NOW + 300, RULES) is NextAction.START
    assert choose_action(with_best(0.5), 0, NOW + 580, RULES) is NextAction.DECLINE


def test_a_hopeless_prompt_is_left_for_the_next_one() -> None:
    assert choose_action(with_best(0.1), 0, NOW + 20, RULES) is NextAction.START
    assert choose_action(with_best(0.1), 0, NOW + RULES.hold_s, RULES) is NextAction.DECLINE


def test_candidates_have_an_end() -> None:
    assert choose_action(with_best(0.5, made=RULES.max_candidates), 0, NOW + 200, RULES) is NextAction.DECLINE


def test_candidates_at_work_count_too() -> None:
    almost = with_best(0.5, made=RULES.max_candidates - 1)
    assert choose_action(almost, 1, NOW + 200, RULES) is NextAction.WAIT


def test_a_job_that_fails_again_and_again_is_declined() -> None:
    assert choose_action(replace(FRESH, failures=1), 0, NOW + 20, RULES) is NextAction.START
    assert choose_action(replace(FRESH, failures=RULES.max_failures), 0, NOW + 20, RULES) is NextAction.DECLINE


def test_a_task_without_enough_time_is_declined() -> None:
    assert choose_action(replace(FRESH, deadline=NOW + 40), 0, NOW, RULES) is NextAction.DECLINE


def test_a_stopping_miner_sends_an_acceptable_candidate() -> None:
    assert choose_action(with_best(0.6), 1, NOW + 20, RULES, draining=True) is NextAction.SUBMIT
    assert choose_action(with_best(0.5), 1, NOW + 20, RULES, draining=True) is not NextAction.SUBMIT


@pytest.mark.parametrize(
    ("one", "other", "wins"), [(0.3, 0.5, 0.5), (0.5, 0.3, 0.5), (None, 0.1, 0.1), (0.0, None, 0.0)]
)
def test_the_better_one_is_kept(one: float | None, other: float | None, wins: float | None) -> None:
    assert choose_better(Candidate("a", 1, one), Candidate("b", 2, other)).score == wins


def test_the_first_one_is_the_best() -> None:
    assert choose_better(None, Candidate("a", 1, None)).results == "a"


def test_the_log_shows_the_score() -> None:
    assert str(with_best(0.71)) == "1 candidates (best score 0.7100), 0 failed jobs"
