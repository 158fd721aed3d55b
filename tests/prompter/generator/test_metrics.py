"""The generator's report."""

from __future__ import annotations

import httpx
from prometheus_client import CollectorRegistry

from prompter.generator.metrics import GeneratorMetrics


def test_a_report_covers_the_time_since_the_last_one() -> None:
    metrics = GeneratorMetrics(CollectorRegistry())
    metrics.batch("model", "robots", 8, {"scene": 1, "length": 3})
    metrics.delivered(httpx.Response(200, json={"accepted": 6, "duplicates": 2, "rejected": {}}))
    assert metrics.report(30.0) == "12 accepted/min, 2 duplicates; 8 kept, rejected: length 3, scene 1"
    assert metrics.report(30.0) == "0 accepted/min, 0 duplicates; 0 kept, rejected: none"
