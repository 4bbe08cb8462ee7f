"""Staff at every scale."""

from __future__ import annotations

from collections import Counter

import pytest

from graph_models.city.hierarchy import load_hierarchy
from graph_models.city.staff import COMMUNITY_WORKER, STREET_OFFICER, full_staff, staff

HIERARCHY = load_hierarchy()
CODES = {community.code for community in HIERARCHY.communities}


@pytest.mark.parametrize("total", [11, 41, 500, 2851, 3000, full_staff(HIERARCHY)])
def test_every_community_is_in_somebodys_care(total: int):
    """At any size of the staff no community is left out and nobody is without one."""
    team = list(staff(HIERARCHY, total))
    assert len({worker.id for worker in team}) == total
    assert set().union(*(worker.responsible_for for worker in team)) == CODES
    assert all(worker.responsible_for for worker in team)


def test_full_staff_is_a_worker_a_community_and_officers_a_street():
    """More than 4,000 people: one worker for each community, seven officers for each street."""
    team = list(staff(HIERARCHY, full_staff(HIERARCHY)))
    assert len(team) > 4_000
    assert Counter(worker.role for worker in team) == {COMMUNITY_WORKER: 2851, STREET_OFFICER: 7 * 178}
    workers = [worker for worker in team if worker.role == COMMUNITY_WORKER]
    assert all(len(worker.responsible_for) == 1 for worker in workers)
    officers = Counter(code[:9] for w in team if w.role == STREET_OFFICER for code in w.responsible_for[:1])
    assert set(officers.values()) == {7}


def test_nobody_works_across_districts():
    """A few workers for many communities still stay within one district."""
    assert all(len({code[:6] for code in worker.responsible_for}) == 1 for worker in staff(HIERARCHY, 41))
