"""A town in which every client has needs of its own, and all want the same few providers."""

from __future__ import annotations

from dataclasses import replace

from graph_models.domain.identifiers import ProviderId
from graph_models.domain.providers import Capacity
from graph_models.ports import GraphStore
from tests.api.conftest import put_city, some_providers
from tests.builders import a_need
from tests.matcher.closed_loop.towns import put

CLIENTS, NEEDS = 6, 6
PROVIDERS = [f"b{number}" for number in range(3)]


def needs_of(client: int) -> list[str]:
    return [f"need-{client}-{number}" for number in range(NEEDS)]


def build(store: GraphStore, clients: int = CLIENTS) -> None:
    """The small city of the tests of the API, with needs for each client and providers with some units."""
    put_city(store)
    like = some_providers()[0]
    put(store, *(replace(like, id=ProviderId(key), capacity=Capacity(2)) for key in PROVIDERS))
    put(store, *(a_need(key, units=2) for client in range(clients) for key in needs_of(client)))
