"""Shards find what one engine of all providers finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity, Provider
from matcher.context import NeedContext
from matcher.engine import PLAIN, Engine, Pairs, Roster
from matcher.engine.packing import in_columns
from matcher.parameters import default_parameters
from matcher.planning.shards import Answer, Question, Shard, ShardedFinder, ask, homes, make_shards
from matcher.travel import unit_vectors
from tests.builders import a_need, a_provider
from tests.matcher.situations import HERE, a_catalogue, a_category, a_context, north

RADIUS_KM = 3


def some_needs(seed: int, count: int = 60) -> list[NeedContext]:
    """Needs within some kilometres, every fifth of them served by phone, some of several units."""
    chosen = np.random.default_rng(seed)
    near = a_catalogue(a_category(search_radius_km=RADIUS_KM))
    remote = a_catalogue(a_category(search_radius_km=RADIUS_KM, is_remote=True))
    return [
        a_context(
            a_need(f"n{number}", location=somewhere(chosen), units=int(chosen.integers(1, 4))),
            catalogue=near if number % 5 else remote,
        )
        for number in range(count)
    ]


def some_providers(seed: int, count: int = 300) -> list[Provider]:
    """Providers around them, many of them equally good, some at an unknown place."""
    chosen = np.random.default_rng(seed)
    ids = chosen.permutation(count)
    return [
        a_provider(
            f"p{key}",
            location=None if number % 20 == 0 else somewhere(chosen),
            capacity=Capacity(int(chosen.integers(1, 5))),
        )
        for number, key in enumerate(ids.tolist())
    ]


def somewhere(chosen: np.random.Generator) -> Location:
    """A point on a grid of half a kilometre, so that some distances are equal."""
    return Location(*(base + 0.005 * int(chosen.integers(-12, 13)) for base in (23.1, 113.25)))


def sharded(providers: Sequence[Provider], shards: Sequence[Shard]) -> ShardedFinder:
    """Shards that are all in this process, and answer last first."""
    columns = in_columns(providers)
    engines = [Engine(parameters=default_parameters()) for _ in shards]
    for engine, shard in zip(engines, shards, strict=True):
        engine.load([shard.part_of(columns)])

    def ask_shards(questions: Sequence[tuple[int, Question]]) -> Iterator[tuple[int, Answer]]:
        for place in reversed(range(len(questions))):
            number, question = questions[place]
            yield place, ask(engines[number], question)

    return ShardedFinder(shards, ask_shards)


def rounds(
    finder: Engine | ShardedFinder, needs: Sequence[NeedContext], limit: int
) -> tuple[list[Pairs], Roster]:
    """What is found without prices, then at prices of units and of referrals."""
    roster = Roster()
    found = [finder.pairs(needs, limit, roster)]
    terms = [PLAIN._replace(least=0, units=each.need.units) for each in needs]
    for seed in range(3):
        ranked = sorted(range(len(roster)), key=roster.ids.__getitem__)
        prices = np.empty((len(roster), 2), np.int64)
        prices[ranked] = np.random.default_rng(seed).choice((0, 2 * 10**10, 3 * 10**10), (len(roster), 2))
        roster.set_prices(prices)
        found.append(finder.pairs(needs, limit, roster, terms))
    return found, roster


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("seed", [1, 2])
def test_pairs_are_those_of_one_engine(seed: int, count: int) -> None:
    """Pairs, their order, the numbers of providers and what these can take are the same, to the last."""
    needs, providers = some_needs(seed), some_providers(seed)
    shards = make_shards(needs, count)
    assert len(shards) == count
    one, its_roster = rounds(Engine(providers, default_parameters()), needs, limit=4)
    found, roster = rounds(sharded(providers, shards), needs, limit=4)
    for several, others in zip(found, one, strict=True):
        for column, other in zip(several, others, strict=True):
            np.testing.assert_array_equal(column, other)
    assert roster.ids == its_roster.ids
    np.testing.assert_array_equal(roster.capacity, its_roster.capacity)
    np.testing.assert_array_equal(roster.referrals, its_roster.referrals)


def test_numbers_do_not_depend_on_the_order_of_loading() -> None:
    """One engine numbers providers as they are met, need by need, however they are laid out."""
    needs, providers = some_needs(3), some_providers(3)
    _, roster = rounds(Engine(providers, default_parameters()), needs, limit=4)
    later = Engine(providers[:100], default_parameters())
    later.change(providers[100:])
    assert rounds(later, needs, limit=4)[1].ids == roster.ids


def test_prices_at_which_nothing_is_worth_its_score_leave_nothing() -> None:
    """What a provider costs is told to every shard that has it."""
    needs, providers = some_needs(4), some_providers(4)
    finder, roster = sharded(providers, make_shards(needs, 4)), Roster()
    finder.pairs(needs, len(providers), roster)
    roster.set_prices(np.full((len(roster), 2), 2 * 10**12))
    terms = [PLAIN._replace(least=0)] * len(needs)
    assert not len(finder.pairs(needs, 4, roster, terms).need)


def test_the_halo_is_as_wide_as_the_farthest_search() -> None:
    """A shard has every provider that one of its needs may reach, and none from much farther away."""
    needs = [
        a_context(a_need(f"n{metres}", location=north(metres)), search_radius_km=RADIUS_KM)
        for metres in (-9_000, -8_000, 8_000, 9_000)
    ]
    south_shard, north_shard = make_shards(needs, 2)
    cut = north(0)  # half way between the two in the middle
    assert homes((south_shard, north_shard), needs).tolist() == [0, 0, 1, 1]
    assert {south_shard.halo_m, north_shard.halo_m} == {RADIUS_KM * 1000}
    for metres, held in ((-100, (True, True)), (2_990, (True, True)), (3_500, (False, True))):
        point = north(metres)
        vector = unit_vectors(np.array([point.latitude]), np.array([cut.longitude]))
        assert tuple(bool(each.holds(["p"], vector)) for each in (south_shard, north_shard)) == held, metres


def test_every_provider_is_in_a_shard_and_one_of_unknown_place_in_one() -> None:
    """Nobody is left out, not even on the other side of the Earth."""
    providers = [*some_providers(5), a_provider("far", location=Location(-23.1, -66.75))]
    shards = make_shards(some_needs(5), 6)
    parts = [set(each.part_of(in_columns(providers))["id"]) for each in shards]
    assert set().union(*parts) == {each.id for each in providers}
    unplaced = {each.id for each in providers if each.location is None}
    assert sum(len(part & unplaced) for part in parts) == len(unplaced)
    assert sum(1 for part in parts if part & unplaced) > 1


def test_needs_are_shared_evenly() -> None:
    """Each shard has about as many of the needs on the spot; one by phone is for all of them."""
    chosen = np.random.default_rng(6)
    needs = [
        a_context(a_need(f"n{number}", location=Location(*(23.1 + chosen.normal(size=2)))))
        for number in range(1_000)
    ]
    needs.append(a_context(a_need("n"), is_remote=True))
    shards = make_shards(needs, 7)
    home = homes(shards, needs)
    assert home[-1] == -1
    counts = np.bincount(home[:-1], minlength=7)
    assert counts.min() >= 141
    assert counts.max() <= 145


def test_needs_at_one_place_stay_together() -> None:
    """What cannot be cut is one shard; needs that nearly all are at one place are cut beside it."""
    here = [a_context(a_need(f"n{number}", location=HERE)) for number in range(9)]
    assert len(make_shards(here, 4)) == 1
    shards = make_shards([*here, replace(here[0], location=north(5_000))], 4)
    assert len(shards) == 2
    assert homes(shards, here).tolist() == [0] * 9
