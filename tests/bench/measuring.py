"""What every benchmark needs: times taken side by side, one JSON object a line, a quiet start."""

import gc
import json
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests"), str(ROOT / "tests" / "regulation")]


def side_by_side(*tasks: Callable[[], object], rounds: int, times: int = 1) -> list[float]:
    """Return the median seconds of each task, measured in turn so that all meet the same machine.

    A round does a task `times` times, for tasks too short for the clock.
    """
    taken: list[list[float]] = [[] for _ in tasks]
    for task in tasks:
        task()
    gc.collect()
    for _ in range(rounds):
        for kept, task in zip(taken, tasks, strict=True):
            begun = perf_counter()
            for _ in range(times):
                task()
            kept.append((perf_counter() - begun) / times)
    return [statistics.median(kept) for kept in taken]


def p95(values: list[float]) -> float:
    """Return the value that nineteen of twenty do not exceed."""
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def tell(
    name: str,
    value: float,
    unit: str,
    *,
    ratio_to_limit: float | None = None,
    ratio_to_peer: float | None = None,
    peer: str | None = None,
    **more: Any,
) -> None:
    """Print one figure as the contract asks (design 6)."""
    line = {
        "name": name,
        "value": value,
        "unit": unit,
        "ratio_to_limit": ratio_to_limit and round(ratio_to_limit, 3),
        "ratio_to_peer": ratio_to_peer and round(ratio_to_peer, 1),
        "peer": peer,
        **more,
    }
    print(json.dumps(line, ensure_ascii=False), flush=True)  # noqa: T201 (the output of `make bench`)
