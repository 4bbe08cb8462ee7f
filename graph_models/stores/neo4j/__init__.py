"""The graph in a Neo4j server: reached over Bolt, shared by any number of processes."""

from graph_models.stores.neo4j.store import Neo4jStore

__all__ = ["Neo4jStore"]
