"""Needs and what happened before, in the demo city."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from math import cos, hypot, radians

import pytest

from graph_models.city.generate import City
from graph_models.city.menu import ACUTE, first_skill
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.domain.referrals import Referral, ReferralStatus
from graph_models.ports import Entity

Parts = dict[str, list[Entity]]


@pytest.fixture(scope="module")
def open_needs(parts: Parts) -> list[Need]:
    return [need for need in parts["needs"] if need.status is NeedStatus.ACTIVE]


def test_every_resident_has_one_open_need(open_needs: list[Need], parts: Parts):
    """As many open needs as residents, one each, at the community of residence."""
    home = {resident.id: resident.residence_code for resident in parts["residents"]}
    assert {need.resident_id: need.community_code for need in open_needs} == home
    assert len(open_needs) == len(home) == 443


def test_needs_lie_near_their_community(open_needs: list[Need], parts: Parts):
    """A need's point is within 0.4 km of the point of its community."""
    point = {area.code: area.location for area in parts["areas"]}
    for need in open_needs:
        there = point[need.community_code]
        north = (need.location.latitude - there.latitude) * 111.2
        east = (need.location.longitude - there.longitude) * 111.2 * cos(radians(there.latitude))
        assert hypot(north, east) < 0.4


def test_windows_lie_in_the_coming_two_weeks(open_needs: list[Need], city: City):
    """Help is wanted after the city's instant and within fourteen days, or at any time."""
    windows = [need.time_window for need in open_needs if need.time_window]
    assert 0.7 < len(windows) / len(open_needs) < 0.9
    assert min(window.start for window in windows) > city.as_of
    assert max(window.end for window in windows) <= city.as_of + timedelta(days=14)
    assert all(need.created_at < city.as_of for need in open_needs)


def test_urgent_needs_come_soon(open_needs: list[Need], city: City):
    """What cannot wait is wanted within three days."""
    urgent = [need for need in open_needs if need.urgency is not Urgency.ROUTINE and need.time_window]
    assert max(need.time_window.start for need in urgent) < city.as_of + timedelta(days=3)


def test_acute_categories_are_more_urgent(open_needs: list[Need]):
    """All four urgencies occur, and most needs of acute categories are not routine."""
    assert {need.urgency for need in open_needs} == set(Urgency)
    acute = [need.urgency is Urgency.ROUTINE for need in open_needs if need.category_id in ACUTE]
    calm = [need.urgency is Urgency.ROUTINE for need in open_needs if need.category_id not in ACUTE]
    assert sum(acute) / len(acute) < 0.4 < 0.6 < sum(calm) / len(calm)


def test_units_run_from_one_to_four(open_needs: list[Need]):
    """Casework is wanted once; visits up to four times, some of them from one provider only."""
    assert {need.units for need in open_needs} == {1, 2, 3, 4}
    assert {need.units for need in open_needs if need.category_id == "basic_living"} == {1}
    assert any(need.is_indivisible for need in open_needs)
    assert all(need.units > 1 for need in open_needs if need.is_indivisible)


def test_history_holds_services_and_refusals(parts: Parts):
    """Each completed referral serves its own past need, each rejected one leaves its need open."""
    status = {need.id: need.status for need in parts["needs"]}
    outcomes = Counter((referral.status, status[referral.need_id]) for referral in parts["referrals"])
    assert outcomes == {
        (ReferralStatus.COMPLETED, NeedStatus.COMPLETED): 138,
        (ReferralStatus.REJECTED, NeedStatus.ACTIVE): 14,
    }
    assert len({referral.need_id for referral in parts["referrals"]}) == 152


def test_referrals_lie_between_need_and_now(parts: Parts, city: City):
    """Nobody is asked before the need is raised or after the city's instant."""
    raised = {need.id: need.created_at for need in parts["needs"]}
    for referral in parts["referrals"]:
        assert raised[referral.need_id] < referral.created_at < city.as_of


def test_who_was_asked_could_help(parts: Parts):
    """Who completed a service has its skill, and so have most of those who refused."""
    skills = {each.id: {offer.skill_id for offer in each.skills} for each in parts["volunteers"]}
    category = {need.id: need.category_id for need in parts["needs"]}
    for status, least in ((ReferralStatus.COMPLETED, 0.95), (ReferralStatus.REJECTED, 0.5)):
        asked = [each for each in parts["referrals"] if each.status is status]
        fits = [first_skill(category[each.need_id]) in skills[each.provider_id] for each in asked]
        assert sum(fits) / len(fits) > least, status


def test_continuity_can_show(parts: Parts, open_needs: list[Need]):
    """Many a resident has been served in the same category as the open need asks for."""
    wanted = {need.resident_id: need.category_id for need in open_needs}
    past = [need for need in parts["needs"] if need.status is NeedStatus.COMPLETED]
    assert sum(wanted[need.resident_id] == need.category_id for need in past) / len(past) > 0.5


def test_volunteers_remember_when_they_were_asked(parts: Parts, city: City):
    """The counters of a volunteer do not contradict the referral history."""
    asked: dict[str, list[Referral]] = defaultdict(list)
    for referral in parts["referrals"]:
        asked[referral.provider_id].append(referral)
    volunteers = [each for each in parts["volunteers"] if each.id in asked]
    assert len(volunteers) == len(asked)
    for each in volunteers:
        instants = [referral.created_at for referral in asked[each.id]]
        assert each.last_referral_at >= max(instants)
        recent = sum(instant > city.as_of - timedelta(days=30) for instant in instants)
        assert each.recent_referrals >= recent


def test_some_needs_rule_out_a_provider(parts: Parts):
    """A few open needs exclude a volunteer who could serve them."""
    skills = {each.id: {offer.skill_id for offer in each.skills} for each in parts["volunteers"]}
    excluding = [need for need in parts["needs"] if need.excluded_provider_ids]
    assert excluding
    for need in excluding:
        assert first_skill(need.category_id) in skills[need.excluded_provider_ids[0]]
