"""Who may do what to whom: every role, own and foreign areas, through real routes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.identity.keys import issue
from api.identity.policy import POLICY
from api.routes import console_examples
from graph_models.domain.credentials import Role
from graph_models.domain.identifiers import AreaCode
from graph_models.domain.places import Area, AreaLevel
from graph_models.ports import Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.conftest import BATHING, Client, problem_of
from tests.builders import DISTRICT, NOW, FixedClock, a_need, a_provider, a_referral, a_resident

FOREIGN_DISTRICT, FOREIGN_STREET, FOREIGN = "440104", "440104002", "440104002001"
MATCH = {"If-Match": '"1"'}


@dataclass
class Keys:
    """A key of each role that reaches one district."""

    texts: dict[Role, str]

    def of(self, role: Role) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.texts[role]}"}


@pytest.fixture
def keys(store_path: Path) -> Keys:
    """Keys for the home district, and a need, a resident, a provider and a referral in a foreign one."""
    issued = {role: issue(f"{role}", role, (DISTRICT,), now=NOW) for role in Role}
    foreign = [
        Area(AreaCode(FOREIGN_DISTRICT), AreaLevel.DISTRICT, "越秀区", AreaCode("4401")),
        Area(AreaCode(FOREIGN_STREET), AreaLevel.STREET, "北京街道", AreaCode(FOREIGN_DISTRICT)),
        Area(AreaCode(FOREIGN), AreaLevel.COMMUNITY, "盐运西社区", AreaCode(FOREIGN_STREET)),
        a_resident("resident-9", registration_code=FOREIGN, residence_code=FOREIGN),
        a_need("need-9", community_code=FOREIGN, resident_id="resident-9"),
        a_provider("provider-9", community_code=FOREIGN, skills=BATHING),
        a_referral("referral-9", need_id="need-9", provider_id="provider-9"),
        a_referral("referral-1", need_id="need-1", provider_id="volunteer-1"),
    ]
    with SqliteStore(store_path, FixedClock()) as store:
        values = [*foreign, *(each.key for each in issued.values())]
        store.write(WriteBatch("keys", tuple(map(Put, values))))
    return Keys({role: each.text for role, each in issued.items()})


TRIAL = console_examples.TRIAL_WEIGHTS["nearness"]["value"]
OWN = {"id": "need-1", "referral": "referral-1", "provider": "volunteer-1", "resident": "resident-1"}
OTHERS = {"id": "need-9", "referral": "referral-9", "provider": "provider-9", "resident": "resident-9"}
# Operation, method, address; what lies in a jurisdiction is named by a place holder.
SCOPED: list[tuple[str, str, str, Any]] = [
    ("getNeed", "GET", "/v1/needs/{id}", None),
    ("changeNeed", "PATCH", "/v1/needs/{id}", {"urgency": "asap"}),
    ("acknowledgeNeed", "POST", "/v1/needs/{id}/acknowledgement", {}),
    ("suggestForNeed", "GET", "/v1/needs/{id}/suggestions", None),
    ("judgeProvider", "GET", "/v1/needs/{id}/suggestions/volunteer-1", None),
    ("trySuggestions", "POST", "/v1/needs/{id}/trial-suggestions", TRIAL),
    ("listNeedReferrals", "GET", "/v1/needs/{id}/referrals", None),
    ("createReferral", "POST", "/v1/needs/{id}/referrals", {"provider_id": "volunteer-2"}),
    ("getReferral", "GET", "/v1/referrals/{referral}", None),
    ("transitionReferral", "POST", "/v1/referrals/{referral}/transitions", {"status": "accepted"}),
    ("changeProvider", "PATCH", "/v1/providers/{provider}", {"is_active": False}),
]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("operation", "method", "address", "body"), SCOPED, ids=[each[0] for each in SCOPED])
def test_each_cell(
    open_client: Client,
    keys: Keys,
    role: Role,
    operation: str,
    method: str,
    address: str,
    body: Any,
) -> None:
    """Not for the role: 403, whatever exists. For the role, foreign: 404 as if it did not exist."""
    client: TestClient = open_client()
    headers = {**keys.of(role), **MATCH}
    foreign = client.request(method, address.format(**OTHERS), json=body, headers=headers)
    own = client.request(method, address.format(**OWN), json=body, headers=headers)
    none = client.request(method, address.format(**dict.fromkeys(OWN, "none")), json=body, headers=headers)
    if role not in POLICY[operation].roles:
        for each in (foreign, own, none):
            problem_of(each, "forbidden")
        return
    unknown, hidden = problem_of(none, "not-found"), problem_of(foreign, "not-found")
    assert hidden["title"] == unknown["title"]
    assert own.status_code < 500
    assert own.status_code not in (401, 403, 404), own.text


@pytest.mark.parametrize("role", [Role.STAFF, Role.DISPATCHER, Role.ADMIN, Role.RESIDENT_APP])
def test_lists_hold_only_what_is_theirs(open_client: Client, keys: Keys, role: Role) -> None:
    """Of needs and referrals; the foreign ones are on no page and in no count."""
    client = open_client()
    needs = client.get("/v1/needs", headers=keys.of(role)).json()["items"]
    assert [each["id"] for each in needs] == ["need-1"]
    if role is not Role.RESIDENT_APP:
        referrals = client.get("/v1/referrals", headers=keys.of(role)).json()["items"]
        assert [each["id"] for each in referrals] == ["referral-1"]
        assert client.get("/v1/referrals?need_id=need-9", headers=keys.of(role)).json()["items"] == []


def test_nothing_is_raised_or_stored_elsewhere(open_client: Client, keys: Keys) -> None:
    """Neither for a foreign resident, who is not known, nor at a foreign place."""
    client, headers = open_client(), keys.of(Role.DISPATCHER)
    need = {"category_id": "home_care", "community_code": FOREIGN}
    problem_of(client.post("/v1/needs", json=need, headers=headers), "forbidden")
    theirs = {**need, "community_code": "440103001101", "resident_id": "resident-9"}
    problem_of(client.post("/v1/needs", json=theirs, headers=headers), "unknown-reference")
    provider = {"kind": "charity", "name": "x", "capacity": {"total": 1}, "community_code": FOREIGN}
    problem_of(client.post("/v1/providers", json=provider, headers=headers), "forbidden")
    plan = {"area_codes": [FOREIGN_DISTRICT]}
    problem_of(client.post("/v1/plans", json=plan, headers=headers), "forbidden")


def test_the_record_of_foreign_needs_is_not_theirs(open_client: Client, keys: Keys) -> None:
    """An administrator of a district asks for one need at a time."""
    client, headers = open_client(), keys.of(Role.ADMIN)
    for need in ("need-1", "need-9"):
        client.post(f"/v1/needs/{need}/acknowledgement", json={})
    problem_of(client.get("/v1/audit-events", headers=headers), "forbidden")
    problem_of(client.get("/v1/audit-events?need_id=need-9", headers=headers), "not-found")
    own = client.get("/v1/audit-events?need_id=need-1", headers=headers).json()["items"]
    assert [each["action"] for each in own] == ["need.acknowledged"]


def test_a_plan_is_for_whoever_reaches_it_all(open_client: Client, keys: Keys) -> None:
    """Without areas, or with none of them, it is for the jurisdiction; a plan of more is not found."""
    client, headers = open_client(), keys.of(Role.DISPATCHER)
    for asked in ({}, {"area_codes": None}, {"area_codes": []}):
        own = client.post("/v1/plans", json=asked, headers=headers).json()
        assert client.get(f"/v1/plans/{own['id']}", headers=headers).status_code == 200
    everywhere = client.post("/v1/plans", json={}).json()
    problem_of(client.get(f"/v1/plans/{everywhere['id']}", headers=headers), "not-found")


def test_nothing_without_a_credential(client: TestClient) -> None:
    """Every address asks who it is before it looks at anything else."""
    paths = client.get("/openapi.json").json()["paths"]
    del client.headers["Authorization"]
    for path, methods in paths.items():
        for method, described in methods.items():
            address = path.replace("{id}", "none").replace("{code}", "none")
            if not POLICY[described["operationId"]].is_public:
                response = client.request(method, address)
                assert problem_of(response, "unauthenticated")["errors"] == []
                assert response.headers["www-authenticate"] == "Bearer"
