"""The rate limiter: a burst, then a steady refill."""

from __future__ import annotations

from prompter.limits import RateLimiter


def test_a_limiter_allows_a_burst_and_refills() -> None:
    time = [0.0]
    limiter = RateLimiter(burst=2, per_s=0.5, now=lambda: time[0])
    assert [limiter.wait_s("a"), limiter.wait_s("a"), limiter.wait_s("a"), limiter.wait_s("b")] == [0, 0, 2, 0]
    time[0] = 2.0
    assert limiter.wait_s("a") == 0
