"""The graph in a Neo4j server: reached over Bolt, shared by any number of processes."""

from graph_models.stores.neo4j.connections import Patience, is_empty
from graph_models.stores.neo4j.copying import filling
from graph_models.stores.neo4j.definitions import migrate_database
from graph_models.stores.neo4j.graph_files import write_graph_files
from graph_models.stores.neo4j.store import Neo4jStore

__all__ = ["Neo4jStore", "Patience", "filling", "is_empty", "migrate_database", "write_graph_files"]
