"""What is kept up in the background: each thing by itself, whatever befalls the others."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from api.live import loading
from api.live.loading import Upkeep
from graph_models.domain.errors import StoreUnavailable
from tests.api.live.test_engine import wait_for


@pytest.mark.parametrize(
    ("error", "level"), [(StoreUnavailable("away"), "warning"), (ZeroDivisionError(), "critical")]
)
def test_one_that_fails_keeps_no_other_from_it(
    error: Exception, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is tried again as well, and told once."""
    monkeypatch.setattr(loading, "UPKEEP_SECONDS", 0.001)
    tried = {"queue": 0, "engine": 0}

    def fail() -> None:
        tried["queue"] += 1
        raise error

    def succeed() -> None:
        tried["engine"] += 1

    with capture_logs() as lines:
        upkeep = Upkeep(queue=fail, engine=succeed)
        wait_for(lambda: min(tried.values()) > 2)
        upkeep.cancel()
        upkeep.join()
    assert [(each["event"], each["log_level"]) for each in lines] == [("the queue does not keep up", level)]
