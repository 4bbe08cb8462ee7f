"""A store for each test of exchange."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_models.ports import GraphStore
from tests.graph_models.exchange.files import a_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    """A store with a small city in it."""
    with a_store(tmp_path) as opened:
        yield opened
