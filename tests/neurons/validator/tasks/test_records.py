from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurons.validator.tasks import records as r
from neurons.validator.tasks.records import MinerRecord, SubmissionAction
from neurons.validator.tasks.rules import TaskRules

RULES = TaskRules()
NOW = 1_000_000.0


def open_record() -> MinerRecord:
    return r.assign_task(MinerRecord("M"), "t1", "a red car", NOW, RULES)


def test_a_task_expires_after_its_time() -> None:
    assert r.drop_expired(open_record(), NOW + 599, RULES).task is not None
    assert r.drop_expired(open_record(), NOW + 600, RULES).task is None


def test_an_expired_task_leaves_no_score() -> None:
    settled = r.drop_expired(open_record(), NOW + 600, RULES)
    assert (settled.average, settled.accepted_at, settled.cooldown_until) == (1.0, (), 0.0)


def test_a_second_task_is_refused() -> None:
    with pytest.raises(ValueError, match="holds task t1 already"):
        r.assign_task(open_record(), "t2", "a blue car", NOW, RULES)


def test_a_pull_during_the_cooldown_is_a_violation() -> None:
    waiting = replace(MinerRecord("M"), cooldown_until=NOW + 5)
    refused = r.refuse_early_pull(waiting, NOW)
    assert refused is not None
    assert (refused.cooldown_violations, refused.cooldown_until) == (1, NOW + 5)


def test_a_pull_after_the_cooldown_is_not_a_violation() -> None:
    assert r.refuse_early_pull(replace(MinerRecord("M"), cooldown_until=NOW), NOW) is None


def test_the_open_task_is_judged_and_counts_once_the_validator_has_failed() -> None:
    record, step = r.receive_submission(open_record(), "t1", NOW + 5, RULES)
    assert step is SubmissionAction.JUDGE
    assert record.task is not None
    assert (record.task.submissions, record.task.judging_since) == (0, NOW + 5)
    failed = r.excuse_fault(record, 2.0, NOW + 7, RULES).task
    assert failed is not None
    assert (failed.submissions, failed.judging_since) == (1, None)


def test_a_submission_cut_off_by_a_restart_does_not_count_and_the_time_is_given_back() -> None:
    record, _ = r.receive_submission(open_record(), "t1", NOW + 590, RULES)
    restarted = r.excuse_restart(record, NOW + 630)
    assert restarted.task is not None
    assert (restarted.task.submissions, restarted.task.judging_since) == (0, None)
    assert restarted.task.submit_before == NOW + 640
    assert r.excuse_restart(restarted, NOW + 700) == restarted


def test_times_that_a_clock_ahead_has_left_are_limited_to_the_spans_of_the_rules() -> None:
    ahead = r.assign_task(MinerRecord("M"), "t1", "x", NOW + 86_400, RULES)
    ahead = r.store_reply(
        replace(ahead, cooldown_until=NOW + 86_520, accepted_at=(NOW, NOW + 86_400)), "t0", "reply", NOW + 86_400
    )
    limited = r.limit_times(ahead, NOW, RULES)
    assert limited.task is not None
    assert (limited.task.assigned_at, limited.task.submit_before) == (NOW, NOW + 600)
    assert (limited.cooldown_until, limited.accepted_at) == (NOW + 120, (NOW, NOW))
    assert limited.closed[0].closed_at == NOW
    assert r.limit_times(limited, NOW + 1, RULES) == limited


def test_an_unknown_task_changes_nothing() -> None:
    record = open_record()
    assert r.receive_submission(record, "other", NOW, RULES) == (record, SubmissionAction.UNKNOWN_TASK)


def test_a_fourth_submission_is_refused() -> None:
    record = open_record()
    for _ in range(3):
        record, step = r.receive_submission(record, "t1", NOW, RULES)
        assert step is SubmissionAction.JUDGE
        record = r.excuse_fault(record, 0.0, NOW, RULES)
    assert r.receive_submission(record, "t1", NOW, RULES) == (record, SubmissionAction.TOO_MANY)


def test_closed_tasks_are_bounded() -> None:
    record = r.MinerRecord("miner")
    for number in range(100):
        record = r.store_reply(record, f"t{number}", f"reply {number}", NOW + number)
    assert (r.find_reply(record, "t35"), r.find_reply(record, "t36"), len(record.closed)) == (None, "reply 36", 64)


def test_the_reply_to_a_closed_task_is_kept_for_an_hour() -> None:
    closed = r.store_reply(r.add_score(open_record(), 1.0, NOW + 20, RULES), "t1", "reply", NOW + 20)
    for later, action in ((3619, SubmissionAction.REPLAY), (3620, SubmissionAction.UNKNOWN_TASK)):
        now = NOW + later
        assert r.receive_submission(r.drop_expired(closed, now, RULES), "t1", now, RULES)[1] is action


def test_the_cooldown_counts_from_the_pull() -> None:
    assert r.add_score(open_record(), 1.0, NOW + 5, RULES).cooldown_until == NOW + 120


def test_the_cooldown_is_never_shorter_than_the_minimum() -> None:
    assert r.add_score(open_record(), 1.0, NOW + 300, RULES).cooldown_until == NOW + 310


def test_a_rejected_result_only_lowers_the_average() -> None:
    record = r.add_score(open_record(), 0.0, NOW + 5, RULES)
    assert (record.average, record.accepted_at, record.task) == (0.95, (), None)


def test_a_declined_task_has_a_cooldown_and_no_score() -> None:
    record = r.decline_task(open_record(), NOW + 5, RULES)
    assert (record.average, record.cooldown_until, record.task) == (1.0, NOW + 120, None)


def test_a_validator_fault_costs_the_miner_nothing() -> None:
    record = r.excuse_fault(open_record(), 42.0, NOW + 50, RULES)
    assert record.task is not None
    assert record.task.submit_before == NOW + 642
    assert (record.average, record.accepted_at, record.cooldown_until) == (1.0, (), NOW + 80)


def test_reward_is_count_times_average() -> None:
    record = replace(MinerRecord("M"), average=0.5, accepted_at=(NOW - 8 * 3600, NOW - 100, NOW))
    assert r.compute_reward(record, NOW, RULES) == 2 * 0.5


@pytest.mark.parametrize(("score", "fidelity"), [(0.8, 1.0), (0.7999, 0.75), (0.6, 0.75), (0.5999, 0.0), (0.0, 0.0)])
def test_fidelity_by_thresholds(score: float, fidelity: float) -> None:
    assert RULES.fidelity(score) == fidelity


@given(st.lists(st.sampled_from([0.0, 0.75, 1.0]), max_size=60))
def test_the_average_stays_between_0_and_1(results: list[float]) -> None:
    record, now = MinerRecord("M"), NOW
    for i, fidelity in enumerate(results):
        record = r.assign_task(r.drop_expired(record, now, RULES), f"t{i}", "x", now, RULES)
        record = r.add_score(record, fidelity, now + 60, RULES)
        now += 130
        assert 0 <= record.average <= 1
    assert r.compute_reward(record, now, RULES) <= len(results)
