"""The Neo4j store signs the contract of `graph_models.ports.GraphStore`."""

from __future__ import annotations

import pytest

from tests.contracts.graph_store import GraphStoreContract
from tests.graph_models.stores.neo4j_fixtures import Neo4jFixtures


@pytest.mark.neo4j
class TestNeo4jContract(Neo4jFixtures, GraphStoreContract):
    """Every section."""
