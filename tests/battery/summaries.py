"""Samples of a load test in a few numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.battery.dispatching import Sample
from tests.battery.wire import LOST

REFUSED = (409, 412, 422)  # a right answer to somebody who came late


def is_error(sample: Sample) -> bool:
    return sample.status == LOST or sample.status >= 500 or sample.status == 429


def milliseconds(samples: Sequence[Sample]) -> dict[str, float]:
    if not samples:
        return {}
    took = 1_000 * np.array([each.seconds for each in samples])
    return {f"p{part}": round(float(np.percentile(took, part)), 1) for part in (50, 95, 99)}


def summary(samples: Sequence[Sample], seconds: float) -> dict[str, Any]:
    """Rate, errors and times of all requests, and of each kind."""
    kinds = sorted({each.kind for each in samples})
    by_kind = {kind: [each for each in samples if each.kind == kind] for kind in kinds}
    return {
        "seconds": round(seconds, 1),
        "requests": len(samples),
        "requests_per_second": round(len(samples) / seconds, 1),
        "errors": sum(map(is_error, samples)),
        "statuses": {
            str(key): times for key, times in sorted(Counter(each.status for each in samples).items())
        },
        "milliseconds": {
            kind: milliseconds([s for s in some if not is_error(s)]) for kind, some in by_kind.items()
        },
        "requests_of_kind": {kind: len(some) for kind, some in by_kind.items()},
    }


def seconds_until_normal(samples: Sequence[Sample], since: float, normal_p99_ms: float) -> float | None:
    """After how many seconds the p99 of what is answered in each second stays below twice the normal one."""
    windows: dict[int, list[Sample]] = {}
    for each in samples:
        if each.at >= since and not is_error(each):
            windows.setdefault(int(each.at + each.seconds - since), []).append(each)
    bad = [second for second, some in windows.items() if milliseconds(some)["p99"] > 2 * normal_p99_ms]
    if not windows or (bad and max(bad) >= max(windows) - 1):
        return None
    return float(max(bad) + 1) if bad else 0.0
