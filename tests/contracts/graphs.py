"""Section 10 of the store contract: the networkx graph."""

from __future__ import annotations

from threading import Event, Thread

import networkx as nx

from graph_models.domain.places import Area
from graph_models.domain.providers import Provider
from graph_models.domain.skills import Skill, SkillOffer
from graph_models.ports import Delete, Entity, GraphStore, Put, WriteBatch
from graph_models.projection import graph_of, to_networkx
from graph_models.schema import BY_ENTITY, NODE_TYPES
from tests.builders import a_provider
from tests.contracts.fixtures import StoreFixtures, new_id, put, seed
from tests.contracts.rules import a_skill
from tests.contracts.values import complete_values, sparse_values


class Graphs(StoreFixtures):
    def test_graph_of_the_store_is_the_graph_of_its_values(self, store: GraphStore) -> None:
        """10.1 The graph read from a store equals the graph built from the values written to it."""
        written: list[Entity] = [*seed(), *complete_values(), *sparse_values()]
        put(store, *written)
        values = [value for value in written if BY_ENTITY[type(value)] in NODE_TYPES]
        assert len(values) < len(written)
        graph = to_networkx(store)
        assert graph.number_of_nodes() == len(values)
        assert nx.utils.graphs_equal(graph, graph_of(values))

    def test_nodes_come_in_order_of_kind_and_key(self, store: GraphStore) -> None:
        """10.2 Chosen kinds come in the schema's order, keys in order, with the edges between them."""
        put(store, *[a_provider(f"x{n}", community_code=None) for n in (3, 1, 2)])
        graph = to_networkx(store, [Provider, Area])
        labels = [label for label, _ in graph.nodes]
        assert labels == ["Area"] * 4 + ["Provider"] * 4
        assert [key for _, key in graph.nodes][4:] == ["p1", "x1", "x2", "x3"]
        assert {name for _, _, name in graph.edges(keys=True)} == {"PART_OF", "BASED_IN"}

    def test_graph_of_one_instant(self, store: GraphStore) -> None:
        """10.3 A graph read while others write is one that was there: no edge of it leads nowhere."""
        stop = Event()

        def move_between_skills() -> None:
            number = 0
            while not stop.is_set():
                old, new = f"skill{number}", f"skill{number + 1}"
                mover = a_provider("p1", skills=(SkillOffer(new, 1.0),))
                gone = (Delete(Skill, old),) if number else ()
                store.write(WriteBatch(new_id(), (Put(a_skill(new)), Put(mover), *gone)))
                number += 1

        writer = Thread(target=move_between_skills)
        writer.start()
        try:
            graphs = [to_networkx(store) for _ in range(10)]
        finally:
            stop.set()
            writer.join()
        for graph in graphs:
            moving = [key for label, key in graph.nodes if key.startswith("skill") and label == "Skill"]
            offered = [
                end for _, end, name in graph.out_edges(("Provider", "p1"), keys=True) if name == "OFFERS"
            ]
            assert offered == [("Skill", "care.bathing")] or offered == [("Skill", key) for key in moving]
