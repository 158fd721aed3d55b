"""A problem is logged when it begins and when it ends, not each time it is found."""

from __future__ import annotations

import logging

import pytest

from serving.changes import MAX_KINDS, ChangeLog

logger = logging.getLogger("tests.changes")


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger.name)
    return caplog


def texts(logged: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in logged.records]


def test_a_problem_and_its_end_are_logged_once_each(logged: pytest.LogCaptureFixture) -> None:
    log = ChangeLog(logger, "well again")
    for problem in ("", "broken", "broken", "", "", "broken"):
        log.note(problem)
        assert log.problem == problem
    assert texts(logged) == ["broken", "well again", "broken"]
    assert [record.levelname for record in logged.records] == ["WARNING", "INFO", "WARNING"]


def test_problems_that_take_turns_are_logged_once_each(logged: pytest.LogCaptureFixture) -> None:
    log = ChangeLog(logger, "well again")
    for problem in ("first node away", "second node away") * 3:
        log.note(problem)
    log.note()
    assert texts(logged) == ["first node away", "second node away", "well again"]


def test_texts_of_one_kind_count_as_one_problem(logged: pytest.LogCaptureFixture) -> None:
    log = ChangeLog(logger, "", level=logging.ERROR)
    for seconds in range(9):
        log.note(f"{seconds} s late", "late")
    assert log.problem == "8 s late"
    log.note()
    assert texts(logged) == ["0 s late"]
    assert logged.records[0].levelname == "ERROR"


def test_texts_that_always_differ_do_not_fill_the_log(logged: pytest.LogCaptureFixture) -> None:
    log = ChangeLog(logger, "")
    for number in range(1000):
        log.note(f"request {number} failed")
    assert len(logged.records) == MAX_KINDS


def test_the_end_of_an_initial_problem_is_logged(logged: pytest.LogCaptureFixture) -> None:
    ChangeLog(logger, "ready", problem="not checked yet").note()
    assert texts(logged) == ["ready"]
