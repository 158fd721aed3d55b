"""Organic jobs: who gets a place, when a job ends and with which result, who may ask and how often."""

from __future__ import annotations

from pathlib import Path

import pytest

from neurons.messages import TaskStatus
from neurons.validator.tasks.jobs import FINISHED_KEPT, AllowList, JobRefusal, JobRules, OrganicJob, OrganicJobs
from serving.lists import NotTextError

USER = "user"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(clock: Clock) -> OrganicJobs:
    return OrganicJobs(JobRules(), clock, lambda hotkey: hotkey != "stranger")


def asked(jobs: OrganicJobs) -> OrganicJob:
    job = jobs.ask(USER, " a red car ")
    assert isinstance(job, OrganicJob)
    return job


def pull(jobs: OrganicJobs, *hotkeys: str, strong: bool = False) -> list[bool]:
    taken = []
    for hotkey in hotkeys:
        job = jobs.offer(hotkey, strong)
        if job is not None:
            jobs.take(job, hotkey)
        taken.append(job is not None)
    return taken


def test_a_job_waits_until_a_miner_pulls_it(jobs: OrganicJobs) -> None:
    job = asked(jobs)
    assert (job.status, job.prompt) == (TaskStatus.IN_QUEUE, "a red car")
    pull(jobs, "a")
    assert jobs.find(USER, job.id).status is TaskStatus.IN_PROGRESS  # type: ignore[union-attr]


def test_three_places_are_open_and_the_fourth_is_kept_for_a_strong_miner(jobs: OrganicJobs) -> None:
    asked(jobs)
    assert pull(jobs, "a", "b", "c", "d") == [True, True, True, False]
    assert pull(jobs, "s", strong=True) == [True]
    assert pull(jobs, "t", strong=True) == [False]


def test_after_thirty_seconds_anyone_gets_the_fourth_place(jobs: OrganicJobs, clock: Clock) -> None:
    asked(jobs)
    pull(jobs, "a", "b", "c")
    clock.now += 30
    assert pull(jobs, "d") == [True]


def test_a_miner_holds_one_place_of_a_job_and_the_oldest_job_comes_first(jobs: OrganicJobs) -> None:
    first, second = asked(jobs), asked(jobs)
    pull(jobs, "a", "a", "a")
    assert (list(first.holders), list(second.holders)) == (["a"], ["a"])


def test_a_job_ends_with_the_best_when_all_have_answered(jobs: OrganicJobs) -> None:
    job = asked(jobs)
    pull(jobs, "a", "b", "c")
    jobs.answer(job.id, "a", 0.7, "seven")
    jobs.answer(job.id, "b", 0.9, "nine")
    assert job.status is TaskStatus.IN_PROGRESS
    jobs.answer(job.id, "c", None, "junk")
    assert (job.status, job.best.results) == (TaskStatus.DONE, "nine")  # type: ignore[union-attr]


def test_a_job_ends_sixty_seconds_after_the_first_acceptable_result(jobs: OrganicJobs, clock: Clock) -> None:
    job = asked(jobs)
    pull(jobs, "a", "b")
    jobs.answer(job.id, "a", 0.7, "seven")
    clock.now += 59
    assert jobs.find(USER, job.id).status is TaskStatus.IN_PROGRESS  # type: ignore[union-attr]
    clock.now += 1
    assert jobs.find(USER, job.id).status is TaskStatus.DONE  # type: ignore[union-attr]
    jobs.answer(job.id, "b", 0.9, "late")
    assert job.best.results == "seven"  # type: ignore[union-attr]


def test_a_rejected_result_frees_its_place(jobs: OrganicJobs) -> None:
    job = asked(jobs)
    pull(jobs, "a", "b", "c")
    jobs.answer(job.id, "a", None, "")
    assert pull(jobs, "a", "d") == [False, True]


@pytest.mark.parametrize(("miners", "reason"), [([], "no_miner"), (["a"], "no_acceptable_result")])
def test_a_job_without_a_result_fails_at_its_deadline_with_a_reason(
    jobs: OrganicJobs, clock: Clock, miners: list[str], reason: str
) -> None:
    job = asked(jobs)
    pull(jobs, *miners)
    clock.now += 600
    jobs.find(USER, job.id)
    assert (job.status, job.reason) == (TaskStatus.FAILED, reason)
    assert pull(jobs, "b") == [False]


def test_only_the_first_and_the_best_asset_are_kept(jobs: OrganicJobs) -> None:
    job = asked(jobs)
    pull(jobs, "a", "b", "c")
    for hotkey, score in (("a", 0.7), ("b", 0.8), ("c", 0.9)):
        jobs.answer(job.id, hotkey, score, hotkey)
    assert [result.results for result in job.accepted] == ["a", "", "c"]


def test_a_job_is_visible_only_to_its_user(jobs: OrganicJobs) -> None:
    assert jobs.find("another", asked(jobs).id) is None


def test_a_hotkey_that_is_not_allowed_is_refused(jobs: OrganicJobs) -> None:
    assert jobs.ask("stranger", "a red car") is JobRefusal.NOT_ALLOWED


def test_a_prompt_is_given_out_as_cleaned(jobs: OrganicJobs) -> None:
    job = jobs.ask(USER, "\ufeffred\u200b car\nwith wheels")
    assert isinstance(job, OrganicJob)
    assert job.prompt == "red car with wheels"  # which its miners sign


def test_an_invalid_prompt_does_not_count_towards_the_rate_limit(jobs: OrganicJobs) -> None:
    assert [jobs.ask(USER, "\x00") for _ in range(20)] == [JobRefusal.INVALID_PROMPT] * 20
    asked(jobs)


def test_ten_requests_in_two_minutes_are_the_limit(jobs: OrganicJobs, clock: Clock) -> None:
    for _ in range(10):
        asked(jobs)
    assert jobs.ask(USER, "a red car") is JobRefusal.RATE_LIMITED
    assert isinstance(jobs.ask("another", "a red car"), OrganicJob)
    clock.now += 120
    asked(jobs)


def test_too_many_open_jobs_are_refused(jobs: OrganicJobs) -> None:
    answers = [jobs.ask(f"user {i}", "a red car") for i in range(65)]
    assert answers[64] is JobRefusal.QUEUE_FULL


def test_finished_jobs_are_forgotten(jobs: OrganicJobs, clock: Clock) -> None:
    made = []
    for i in range(200):
        job = jobs.ask(f"user {i}", "a red car")
        assert isinstance(job, OrganicJob)
        made.append(job)
        pull(jobs, "a")
        jobs.answer(job.id, "a", 0.9, "asset")
    assert [jobs.find(job.owner, job.id) for job in made] == [None] * (200 - FINISHED_KEPT) + made[-FINISHED_KEPT:]
    clock.now += 3600
    assert jobs.find("user 199", job.id) is None
    assert (jobs._ended, jobs._open, jobs._asked) == ({}, {}, {})


def test_the_allow_list_is_read_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "allowed.txt"
    path.write_text("alice # the first\n\n# nobody\n")
    allowed = AllowList(path)
    assert ["alice" in allowed, "bob" in allowed, "" in allowed] == [True, False, False]
    path.write_text("bob, formerly known as no one\nbob\n")
    assert ["alice" in allowed, "bob" in allowed] == [False, True]
    path.write_bytes(b"\xff\xfe\nbob\ncarol\n")  # no text: nobody is allowed until it is mended
    assert "carol" not in allowed
    path.write_text("carol\n")
    assert "carol" in allowed
    path.unlink()
    assert "bob" not in allowed


def test_an_allow_list_that_is_missing_or_no_text_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        AllowList(tmp_path / "allowed.txt")
    (tmp_path / "allowed.txt").write_text("alice\n", encoding="utf-16")
    with pytest.raises(NotTextError, match=r"allowed\.txt is not text in UTF-8"):
        AllowList(tmp_path / "allowed.txt")
