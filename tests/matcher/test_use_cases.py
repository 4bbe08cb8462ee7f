"""The live matcher on a real store: an SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from graph_models.domain.errors import InvalidValue, NotFound, UnknownReference
from graph_models.domain.needs import Need
from graph_models.domain.places import Area, AreaLevel
from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.referrals import ReferralStatus
from graph_models.domain.skills import RelatedSkill, Skill, SkillOffer, SkillRequirement
from graph_models.ports import AdjustCapacity, Delete, Entity, GraphStore, Operation, Put, WriteBatch
from graph_models.stores.opening import open_store
from matcher.context import gather_context
from matcher.engine import standings
from matcher.parameters import default_parameters
from matcher.reference import reference_suggestions
from matcher.rules import Reason
from matcher.use_cases import LiveMatcher
from tests.builders import (
    COMMUNITY,
    STREET,
    FixedClock,
    a_category,
    a_need,
    a_provider,
    a_referral,
    a_resident,
    some_areas,
    some_skills,
)
from tests.matcher.situations import HERE, a_catalogue, north

write_ids = count()


def write(store: GraphStore, *changes: Entity | Operation) -> int:
    """Commit values or operations as one batch; returns its sequence number."""
    operations = tuple(each if isinstance(each, Operation) else Put(each) for each in changes)
    return store.write(WriteBatch(f"w{next(write_ids)}", operations)).sequence


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/city.db"


@pytest.fixture
def store(url: str) -> Iterator[GraphStore]:
    """A city with one community, two residents and two providers."""
    with open_store(url, FixedClock()) as opened:
        write(opened, *some_areas())
        write(opened, *some_skills())
        write(opened, a_category(), a_resident("r1"), a_resident("r2"))
        write(opened, a_provider("p1"), a_provider("p2", location=north(500)))
        write(
            opened,
            a_need("n1", resident_id="r1"),
            a_need("n0", resident_id="r1"),
            a_need("n2", resident_id="r2"),
        )
        yield opened


@pytest.fixture
def matcher(store: GraphStore) -> LiveMatcher:
    return LiveMatcher(store, FixedClock(), default_parameters())


def ranking(matcher: LiveMatcher, need_id: str = "n1") -> list[str]:
    return [each.provider_id for each in matcher.suggest(need_id).result.suggestions]


def test_an_answer_is_that_of_the_reference(store: GraphStore, matcher: LiveMatcher) -> None:
    """What the store holds, ranked by the reference implementation, is the answer."""
    answer = matcher.suggest("n1", 10, explain=True)
    need = store.get(Need, "n1").value
    context = gather_context(need, a_catalogue(), FixedClock().now(), a_resident("r1"))
    providers = [stored.value for stored in store.scan(Provider)]
    assert answer.result == reference_suggestions(context, providers, 10, explain=True)
    assert (answer.need, answer.community_code) == (need, COMMUNITY)
    assert answer.graph_revision == matcher.cursor == store.head()
    assert matcher.provider_count == 2


def test_changes_are_seen_by_the_next_answer(url: str, store: GraphStore, matcher: LiveMatcher) -> None:
    """Whoever commits, the next suggestion takes account of it."""
    assert ranking(matcher) == ["p1", "p2"]
    with open_store(url, FixedClock()) as other:
        write(other, AdjustCapacity("p1", reserved=4))
        assert ranking(matcher) == ["p2"]
        write(other, AdjustCapacity("p1", reserved=-4), a_provider("p3", location=north(100)))
        assert ranking(matcher) == ["p1", "p3", "p2"]
        write(other, a_provider("p3", location=north(9_000)), replace(a_provider("p2"), is_active=False))
        assert ranking(matcher) == ["p1", "p3"]
        write(other, a_provider("p1", skills=(SkillOffer("repairs", 1),)))
        assert ranking(matcher) == ["p3"]
        write(other, Delete(Provider, "p3"))
        assert ranking(matcher) == []
    assert matcher.provider_count == 2
    assert matcher.cursor == store.head()


def test_needs_by_phone_are_prepared(store: GraphStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is ranked for them is made before the first one asks, wherever that one is."""
    made: list[int] = []

    def make(*arguments: Any) -> Any:
        made.append(1)
        return mended(*arguments)

    mended = standings._mended
    monkeypatch.setattr(standings, "_mended", make)
    write(store, a_category("hotline", is_remote=True))
    matcher = LiveMatcher(store, FixedClock(), default_parameters())
    matcher.prepare()
    assert made == [1]
    answer = matcher.suggest_for(a_need("x", category_id="hotline"))
    assert (made, len(answer.result.suggestions)) == ([1], 2)


def test_small_tables_are_followed(store: GraphStore, matcher: LiveMatcher) -> None:
    """A new category, a new similarity and a moved community count from the next answer on."""
    write(store, a_category(search_radius_km=0.4))
    assert ranking(matcher) == ["p1"]
    write(store, replace(some_areas()[-1], location=north(500)))
    assert ranking(matcher) == ["p2"]
    related = Skill("repairs", "repairs", "repairs", None, (RelatedSkill("care.bathing", 0.9),))
    write(store, related, a_category("repair", required_skills=(SkillRequirement("repairs"),)))
    answer = matcher.suggest_for(a_need("x", category_id="repair"))
    assert [each.factors["skill"].value for each in answer.result.suggestions] == [0.72, 0.72]


def test_a_matcher_of_an_empty_store_grows_with_it(tmp_path: Path) -> None:
    """A service may start before its city is loaded."""
    with open_store(f"sqlite:///{tmp_path}/empty.db", FixedClock()) as store:
        matcher = LiveMatcher(store, FixedClock(), default_parameters())
        with pytest.raises(UnknownReference, match=r"need\.category_id"):
            matcher.suggest_for(a_need())
        write(store, *some_areas(), *some_skills(), a_category(), a_provider("p1"), a_need("n1"))
        assert ranking(matcher) == ["p1"]


def test_a_resident_well_served_before_finds_the_same_provider(
    store: GraphStore, matcher: LiveMatcher
) -> None:
    """A completed referral of any need of the resident counts, for this resident only."""
    write(store, a_referral("f0", need_id="n0", provider_id="p2", status=ReferralStatus.COMPLETED))
    write(store, a_referral("f2", need_id="n0", provider_id="p1", status=ReferralStatus.FAILED))
    by_id = {each.provider_id: each for each in matcher.suggest("n1").result.suggestions}
    assert by_id["p2"].factors["continuity"].value == 0.8
    assert by_id["p1"].factors["continuity"].value == 0.3
    other = matcher.suggest("n2").result.suggestions
    assert {each.factors["continuity"].value for each in other} == {0.3}
    described = matcher.suggest_for(a_need("x", resident_id="r1")).result.suggestions
    assert described[0].provider_id == "p2"


def test_who_rejected_the_need_is_not_asked_again(store: GraphStore, matcher: LiveMatcher) -> None:
    """A rejected referral excludes for this need, not for another of the same resident."""
    write(store, a_referral("f1", need_id="n1", provider_id="p1", status=ReferralStatus.REJECTED))
    answer = matcher.suggest("n1")
    assert answer.result.rejected == {Reason.EXCLUDED: 1}
    assert ranking(matcher, "n1") == ["p2"]
    assert ranking(matcher, "n0") == ["p1", "p2"]
    # A described need has no past, whatever it is called.
    described = matcher.suggest_for(a_need("n1"))
    assert len(described.result.suggestions) == 2


def test_the_resident_of_a_described_need(store: GraphStore, matcher: LiveMatcher) -> None:
    """A resident given with the need comes before the one on record."""
    write(store, a_resident("r1", languages=("zh",)), a_provider("p1", languages=("en",)))
    need = a_need("x", resident_id="r1")
    assert matcher.suggest_for(need).result.rejected == {Reason.NOT_ELIGIBLE: 1}
    assert matcher.suggest_for(need, a_resident(languages=("en",))).result.rejected == {}
    assert matcher.suggest_for(a_need("x")).result.rejected == {}


def test_the_nearest_community_stands_in(store: GraphStore, matcher: LiveMatcher) -> None:
    """A need with a point only is answered in the nearest community, and says in which."""
    write(store, Area("440103001102", AreaLevel.COMMUNITY, "b", STREET, north(2_000), is_synthetic=True))
    answer = matcher.suggest_for(a_need("x", location=north(1_500), community_code=None))
    assert answer.community_code == "440103001102"
    assert answer.is_synthetic
    assert not matcher.suggest_for(a_need("x", location=HERE)).is_synthetic
    assert matcher.suggest_for(a_need("x", location=HERE, is_synthetic=True)).is_synthetic


def test_time_is_that_of_the_clock(store: GraphStore) -> None:
    """A cooldown ends when the clock says so."""
    clock = FixedClock()
    matcher = LiveMatcher(store, clock, default_parameters())
    write(store, a_provider("p1", last_referral_at=clock.now(), cooldown_hours=24))
    assert ranking(matcher) == ["p2"]
    clock.instant += timedelta(hours=24)
    assert ranking(matcher) == ["p1", "p2"]


@pytest.mark.parametrize("limit", [0, 101, -1, 1.0, True])
def test_limit_is_1_to_100(matcher: LiveMatcher, limit: Any) -> None:
    """Any other number of suggestions is refused."""
    with pytest.raises(InvalidValue, match="limit must be"):
        matcher.suggest("n1", limit)


@pytest.mark.parametrize(
    ("need", "message"),
    [
        ({"category_id": "gone"}, "need.category_id points at Category 'gone'"),
        ({"resident_id": "gone"}, "need.resident_id points at Resident 'gone'"),
        ({"community_code": "gone"}, "need.community_code points at Area 'gone'"),
        ({"required_skills": (SkillRequirement("gone"),)}, "need.required_skills points at Skill 'gone'"),
    ],
)
def test_a_described_need_must_refer_to_what_exists(
    matcher: LiveMatcher, need: dict[str, Any], message: str
) -> None:
    """An unknown reference is an error that names the field."""
    with pytest.raises(UnknownReference) as error:
        matcher.suggest_for(a_need("x", **need))
    assert message in str(error.value)


def test_an_unknown_need_is_not_found(matcher: LiveMatcher) -> None:
    """There is no answer for a need that the store does not have."""
    with pytest.raises(NotFound, match="no Need has the id 'gone'"):
        matcher.suggest("gone")


def test_a_need_in_a_community_without_a_point_is_refused(store: GraphStore, matcher: LiveMatcher) -> None:
    """The error says what is missing, and that the point of the need itself would do."""
    write(store, replace(some_areas()[-1], location=None))
    with pytest.raises(InvalidValue, match=r"need\.location must be given"):
        matcher.suggest("n1")


def test_parameters_are_held_against_the_store(store: GraphStore) -> None:
    """Weights for a category that the menu does not have are refused on loading."""
    base = default_parameters()
    with pytest.raises(InvalidValue, match=r"weights\.categories\.gone must name a known category"):
        LiveMatcher(store, FixedClock(), replace(base, category_weights={"gone": base.default_weights}))


def test_many_threads_share_one_matcher(store: GraphStore, matcher: LiveMatcher) -> None:
    """While units are taken and given back, each answer shows a state that was committed."""
    errors: list[BaseException] = []
    seen: set[tuple[int, ...]] = set()

    def ask() -> None:
        try:
            for _ in range(60):
                found = matcher.suggest("n1").result.suggestions
                seen.add(
                    tuple(each.remaining_units for each in sorted(found, key=lambda one: one.provider_id))
                )
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for turn in range(30):
        write(store, AdjustCapacity("p1", reserved=1 if turn % 2 == 0 else -1))
    for thread in threads:
        thread.join()
    assert not errors
    assert seen <= {(4, 4), (3, 4)}
    assert ranking(matcher) == ["p1", "p2"]
    assert matcher.cursor == store.head()


def test_a_long_backlog_is_caught_up_with(store: GraphStore, matcher: LiveMatcher) -> None:
    """More change sets than are read at once are all followed."""
    for number in range(230):
        write(store, a_provider(f"q{number:03}", capacity=Capacity(1 + number)))
    assert matcher.suggest("n1").graph_revision == store.head()
    assert matcher.provider_count == 232
