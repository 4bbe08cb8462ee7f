"""What a process keeps up with."""

from __future__ import annotations

from threading import Semaphore

import pytest

from api import loading
from api.loading import Upkeep


def test_upkeep_outlives_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails in a way that nobody thought of is tried again, and holds up nothing else."""
    monkeypatch.setattr(loading, "UPKEEP_SECONDS", 0.01)
    tried, kept_up = Semaphore(0), Semaphore(0)

    def stumble() -> None:
        tried.release()
        raise KeyError("x")

    upkeep = Upkeep(queue=stumble, engine=kept_up.release)
    try:
        for each in (tried, kept_up) * 2:
            assert each.acquire(timeout=30)
    finally:
        upkeep.cancel()
        upkeep.join()
