from __future__ import annotations

from validation.admission import Occupancy


def test_takes_requests_up_to_both_limits() -> None:
    occupancy = Occupancy(max_requests=2, max_bytes=100, requests=1, bytes=60)
    assert occupancy.fits(40)
    assert not occupancy.fits(41)
    occupancy.requests = 2
    assert not occupancy.fits(0)


def test_says_to_come_back_when_half_of_the_work_is_done() -> None:
    occupancy = Occupancy(max_requests=32, max_bytes=100, requests=20, mean_seconds=2.0)
    assert occupancy.retry_after_s() == 20
    occupancy.requests = 0
    assert occupancy.retry_after_s() == 1


def test_the_mean_follows_what_requests_take() -> None:
    occupancy = Occupancy(max_requests=1, max_bytes=1)
    for _ in range(100):
        occupancy.observe(5.0)
    assert 4.9 < occupancy.mean_seconds <= 5.0
