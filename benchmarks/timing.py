"""Timing that several benchmarks share."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path


def median_times(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the median wall-clock and the median CPU seconds of `rounds` calls of `work`."""
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return statistics.median(walls), statistics.median(cpus)


def median_s(work: Callable[[], object], rounds: int) -> float:
    """Call `work` once to warm up, then return the median wall-clock seconds of `rounds` calls."""
    work()
    wall, _ = median_times(work, rounds)
    return wall


def process_cpu_s(pid: int) -> float:
    """Return the CPU seconds that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
