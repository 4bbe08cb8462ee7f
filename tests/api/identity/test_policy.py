"""The table of who may do what: complete, and as narrow as each role needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from api.identity.errors import Forbidden, Reason, Unauthenticated
from api.identity.policy import POLICY, authorise, may_see_contacts
from api.identity.principal import Principal
from api.settings import Settings
from graph_models.domain.credentials import Role
from graph_models.stores.sqlite.store import SqliteStore
from tests.builders import FixedClock

PUBLIC = {"getHealth", "getReadiness", "getProblemType"}
CATALOGUE = {
    *("listSkills", "getSkill", "listCategories", "getCategory"),
    *("listCommunities", "getCommunity", "listStreets"),
}
STUDIES = {
    *("getCoverage", "listGaps", "listReach", "getAccess", "getFairness", "getFragility", "getReport"),
    *("proposeSites", "tryChanges"),
}


def a_principal(role: Role) -> Principal:
    return Principal("user:7", role, ("440103",), "k1")


def operations_of(role: Role) -> set[str]:
    return {name for name, rule in POLICY.items() if role in rule.roles} - PUBLIC


@pytest.fixture
def served(tmp_path: Path) -> set[str]:
    with SqliteStore(tmp_path / "city.db", FixedClock()) as store:
        document: Any = create_app(Settings(), store=store).openapi()
    return {each["operationId"] for methods in document["paths"].values() for each in methods.values()}


class TestComplete:
    def test_every_operation_has_a_row(self, served: set[str]) -> None:
        """A new operation has to be thought about here before anybody can call it."""
        assert served - POLICY.keys() == set()

    def test_every_row_has_an_operation(self, served: set[str]) -> None:
        """A row of nothing is a mistake."""
        assert POLICY.keys() - served == set()

    def test_nothing_without_a_row(self) -> None:
        """Deny by default, to everybody."""
        for role in Role:
            with pytest.raises(Forbidden):
                authorise("dropEverything", a_principal(role))
        with pytest.raises(Unauthenticated):
            authorise("dropEverything", None)


class TestPublic:
    def test_only_three(self) -> None:
        assert {name for name, rule in POLICY.items() if rule.is_public} == PUBLIC
        for name in PUBLIC:
            assert authorise(name, None).is_public

    def test_everything_else_takes_a_credential(self) -> None:
        for name in POLICY.keys() - PUBLIC:
            with pytest.raises(Unauthenticated) as caught:
                authorise(name, None)
            assert caught.value.reason is Reason.MISSING


class TestRoles:
    def test_every_cell(self) -> None:
        """Function level: each role times each operation is either allowed or refused, as the table says."""
        for role in Role:
            for name, rule in POLICY.items():
                if role in rule.roles:
                    assert authorise(name, a_principal(role)) is rule
                else:
                    with pytest.raises(Forbidden, match=name):
                        authorise(name, a_principal(role))

    def test_residents_app(self) -> None:
        assert operations_of(Role.RESIDENT_APP) - CATALOGUE == {
            *("createNeed", "listNeeds", "getNeed", "putContact", "exportResident")
        }

    def test_analyst_sees_no_residents_and_no_single_needs(self) -> None:
        assert operations_of(Role.ANALYST) - CATALOGUE == STUDIES | {"getMetrics"}

    def test_api_client(self) -> None:
        assert operations_of(Role.API_CLIENT) - CATALOGUE == {
            *("suggestForDescription", "listProviders", "searchProviders", "getProvider")
        }

    def test_dispatcher_may_what_staff_may_and_more(self) -> None:
        more = operations_of(Role.DISPATCHER) - operations_of(Role.STAFF)
        assert operations_of(Role.STAFF) < operations_of(Role.DISPATCHER)
        assert more == STUDIES | {
            "createProvider",
            "changeProvider",
            "replaySuggestion",
            "startPlan",
            "getPlan",
            "acceptPlan",
        }

    def test_admin_may_everything_but_see_contacts(self) -> None:
        assert POLICY.keys() - PUBLIC - operations_of(Role.ADMIN) == {"getContact"}
        assert {role for role in Role if not may_see_contacts(a_principal(role))} == {
            *(Role.ADMIN, Role.ANALYST, Role.API_CLIENT)
        }

    def test_only_admin_gives_and_takes_access(self) -> None:
        for name in POLICY:
            if name.endswith(("ApiKey", "ApiKeys", "Webhook", "Webhooks")) or name == "eraseResident":
                assert POLICY[name].roles == {Role.ADMIN}, name

    def test_what_is_of_a_resident_is_scoped(self) -> None:
        """Only what tells nothing of a resident is the same for everybody."""
        unscoped = {name for name, rule in POLICY.items() if not rule.is_scoped}
        directory = {"listProviders", "searchProviders", "getProvider", "mapProviders"}
        assert unscoped == PUBLIC | CATALOGUE | STUDIES | directory | {"getMetrics"}
