"""A district of the synthetic Guangzhou: access, clusters and sites are those of PySAL."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pulp
import pytest
from access import Access as PysalAccess
from esda.moran import Moran
from libpysal.weights import KNN
from spopt.locate import LSCP, MCLP, PCenter, PMedian

from graph_models.city.generate import DEFAULT_AS_OF, generate_city
from graph_models.domain.categories import Category
from graph_models.domain.identifiers import CategoryId
from graph_models.domain.people import Resident
from graph_models.domain.places import Area
from graph_models.domain.providers import Provider
from graph_models.domain.skills import Skill
from matcher.catalogue import compile_catalogue
from matcher.coverage import place_stations
from matcher.coverage.access import DemandKind, assess_access, people_by_community
from matcher.coverage.city import City
from matcher.coverage.clusters import clusters_of_nearest
from matcher.coverage.sites import distances_km
from matcher.engine import Engine
from matcher.parameters import default_parameters
from matcher.reference import reference_suggestions

DISTRICT = "440117"  # Conghua: some of its communities are out of reach
HOME_CARE = CategoryId("home_care")


@pytest.fixture(scope="module")
def entities() -> list[object]:
    return list(generate_city(0.005).entities())


@pytest.fixture(scope="module")
def providers(entities: list[object]) -> list[Provider]:
    theirs = [each for each in entities if isinstance(each, Provider)]
    return [each for each in theirs if (each.community_code or "").startswith(DISTRICT)]


@pytest.fixture(scope="module")
def district(entities: list[object], providers: list[Provider]) -> City:
    areas = [each for each in entities if isinstance(each, Area)]
    parameters = default_parameters()
    catalogue = compile_catalogue(
        [each for each in areas if each.code == "4401" or each.code.startswith(DISTRICT)],
        [each for each in entities if isinstance(each, Skill)],
        [each for each in entities if isinstance(each, Category)],
        parameters,
    )
    residents = {each.id: each for each in entities if isinstance(each, Resident)}
    engine = Engine(providers, parameters)
    return City(1, DEFAULT_AS_OF, catalogue, engine, (), {}, (), residents, {})


def test_access_is_that_of_pysal(district: City, providers: list[Provider]) -> None:
    """Over all pairs that the reference calls eligible, each with its distance."""
    found = assess_access(district, DemandKind.POPULATION, only={HOME_CARE})
    pairs = [
        (area.code, each.provider_id, each.distance_km)
        for area in district.communities
        for each in reference_suggestions(
            district.probe(HOME_CARE, area), providers, len(providers)
        ).suggestions
    ]
    assert len(pairs) > 100
    cost = pd.DataFrame(pairs, columns=["origin", "dest", "cost"])
    demand = pd.DataFrame({"people": found.demand[0]}, index=pd.Index(found.community_codes, name="place"))
    units = {each.id: each.capacity.remaining for each in providers}
    supply = pd.DataFrame({"units": pd.Series({key: units[key] for key in cost["dest"].unique()})})
    supply.index.name = "site"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what `access` says of pandas
        theirs = PysalAccess(
            demand_df=demand,
            demand_index=True,
            demand_value="people",
            supply_df=supply,
            supply_index=True,
            supply_value="units",
            cost_df=cost,
            cost_origin="origin",
            cost_dest="dest",
            cost_name="cost",
        ).two_stage_fca(name="fca", max_cost=1_000.0)["fca_units"]
    expected = theirs.reindex(found.community_codes).to_numpy()
    assert 0 < np.isnan(found.ratio[0]).sum() < len(expected)
    np.testing.assert_allclose(found.ratio[0], expected, rtol=1e-9)
    assert found.reached_units[0] == supply["units"].sum()


def test_clusters_are_those_of_esda(district: City) -> None:
    """Of the number of categories that nobody serves."""
    access = assess_access(district, DemandKind.RESIDENTS)
    unreached = (access.providers == 0).sum(axis=0).astype(np.float64)
    found = clusters_of_nearest(unreached, *district.points.T, permutations=99)
    weights = KNN.from_array(
        district.vectors, k=8, silence_warnings=True
    )  # the chord orders places as the arc does
    weights.transform = "r"
    whole = Moran(unreached, weights, permutations=0)
    assert (found.moran_i, found.z_score) == pytest.approx((whole.I, whole.z_rand), rel=1e-9)
    assert found.moran_i > 0.3


# spopt writes its models in the way of PuLP 3, which PuLP 3 says will go.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(
    ("method", "problem"),
    [
        ("lscp", lambda cost, _: LSCP.from_cost_matrix(cost, 4.0)),
        ("mclp", lambda cost, people: MCLP.from_cost_matrix(cost, people, 2.0, p_facilities=4)),
        ("p_median", lambda cost, people: PMedian.from_cost_matrix(cost, people, p_facilities=4)),
        ("p_center", lambda cost, _: PCenter.from_cost_matrix(cost, p_facilities=4)),
    ],
)
def test_stations_are_as_good_as_those_of_spopt(district: City, method: str, problem: Any) -> None:
    """For the population, at every fifth community."""
    people = people_by_community(district, DemandKind.POPULATION)[0][::5]
    cost = distances_km(district.vectors[::5])
    theirs = problem(cost, people)
    theirs.solve(pulp.HiGHS(msg=False, threads=1), results=False)
    assert pulp.LpStatus[theirs.problem.status] == "Optimal"
    limit = {"lscp": 4.0, "mclp": 2.0}.get(method)
    ours = place_stations(people, cost, method, None if method == "lscp" else 4, limit)
    assert ours.is_optimal
    assert ours.objective == pytest.approx(float(theirs.problem.objective.value()), rel=1e-6)
