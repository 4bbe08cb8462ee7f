"""The networkx graph has the shape of the graph that the schema declares."""

from __future__ import annotations

from datetime import UTC

import networkx as nx
import pytest

from graph_models.domain.people import Resident
from graph_models.domain.providers import Provider
from graph_models.ports import Entity
from graph_models.projection import graph_of
from graph_models.schema import BY_LABEL, NODE_TYPES
from tests.builders import CITY, COMMUNITY, a_provider, a_resident, some_areas, some_skills
from tests.contracts.fixtures import seed
from tests.contracts.values import complete_values

LABEL_OF = {node.entity: node.label for node in NODE_TYPES}


@pytest.fixture
def graph() -> nx.MultiDiGraph:
    """Every kind of node and every type of relationship."""
    return graph_of([*seed(), *(each for each in complete_values() if type(each) in LABEL_OF)])


def test_nodes_are_named_by_label_and_key() -> None:
    """Keys are unique within a kind only, so one key of two kinds is two nodes."""
    values: list[Entity] = [a_provider("x"), a_resident("x")]
    assert list(graph_of(values)) == [("Provider", "x"), ("Resident", "x")]


def test_attributes(graph: nx.MultiDiGraph) -> None:
    """A node has its labels and the properties that are known, under the names of the schema."""
    node = graph.nodes["Provider", "p2"]
    assert (node["label"], node["sublabel"]) == ("Provider", "SocialOrganisation")
    assert node["capacity_total"] == 2**31 - 1
    assert node["hardship"] == ("disability", "low_income")
    assert node["verified_at"].tzinfo is UTC
    declared = {each.name for each in BY_LABEL["Provider"].properties}
    assert set(node) == {"label", "sublabel"} | declared


def test_what_is_absent_has_no_attribute() -> None:
    """An unknown property is left out rather than None, as in the stored graph; empty is kept."""
    node = graph_of([a_provider(location=None, accessibility=())]).nodes["Provider", "p1"]
    assert "latitude" not in node
    assert "monthly_cap" not in node
    assert (node["accessibility"], node["languages"]) == ((), ())
    assert "sublabel" not in graph_of(some_skills()).nodes["Skill", "care"]


def test_every_relationship_is_an_edge(graph: nx.MultiDiGraph) -> None:
    """Each type of relationship appears, in its direction, between the kinds it is declared for."""
    found = {(start[0], name, end[0]) for start, end, name in graph.edges(keys=True)}
    declared = {
        (LABEL_OF[each.target], each.name, node.label)
        if each.is_incoming
        else (node.label, each.name, LABEL_OF[each.target])
        for node in NODE_TYPES
        for each in node.relationships
    }
    assert found == declared


def test_edges_have_the_property_of_their_relationship(graph: nx.MultiDiGraph) -> None:
    """An edge has the one property of its relationship, or none."""
    assert graph.edges[("Provider", "p2"), ("Skill", "repairs"), "OFFERS"] == {"level": 1.0}
    assert graph.edges[("Skill", "care.night"), ("Skill", "repairs"), "RELATED"] == {"similarity": 0.000001}
    assert graph.edges[("Resident", "r2"), ("Need", "n2"), "RAISED"] == {}


def test_two_relationships_between_the_same_nodes() -> None:
    """Edges of different types between the same nodes stay apart."""
    graph = graph_of([*some_areas(), a_resident("r1")])
    assert set(graph["Resident", "r1"]["Area", COMMUNITY]) == {"REGISTERED_IN", "LIVES_IN"}


def test_relationships_to_what_is_left_out() -> None:
    """There is no node without attributes: a relationship to a value that is left out is left out."""
    graph = graph_of([a_provider(), a_resident()])
    assert graph.number_of_edges() == 0
    assert {label for label, _ in graph} == {LABEL_OF[Provider], LABEL_OF[Resident]}


def test_ordinary_algorithms_run(graph: nx.MultiDiGraph) -> None:
    """An analyst finds the city of a provider with the library's own path search."""
    path = nx.shortest_path(graph, ("Provider", "p1"), ("Area", CITY))
    assert [label for label, _ in path] == ["Provider", "Area", "Area", "Area", "Area"]
