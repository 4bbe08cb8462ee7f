"""One demo city for all tests of this folder: it is drawn once and only read."""

from __future__ import annotations

import pytest

from graph_models.city.generate import City, generate_city
from graph_models.ports import Entity


@pytest.fixture(scope="session")
def city() -> City:
    """The demo city."""
    return generate_city()


@pytest.fixture(scope="session")
def parts(city: City) -> dict[str, list[Entity]]:
    """All values of the demo city by part."""
    return {name: list(values) for name, values in city.parts()}
