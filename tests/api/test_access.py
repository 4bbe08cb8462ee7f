"""Who may do what to whom: every role, own and foreign areas, through real routes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.identity.keys import issue
from api.identity.policy import POLICY
from api.identity.principal import Principal
from api.live.event_feed import Told
from api.routes import console_examples
from api.routes.events import concerns
from graph_models.domain.credentials import Role
from graph_models.domain.identifiers import AreaCode
from graph_models.domain.places import Area, AreaLevel
from graph_models.ports import Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.conftest import BATHING, Client, problem_of
from tests.api.credentials import headers_in
from tests.builders import (
    DISTRICT,
    NOW,
    FixedClock,
    a_need,
    a_provider,
    a_referral,
    a_resident,
    an_audit_event,
)

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
    ("listAuditEvents", "GET", "/v1/audit-events?need_id={id}", None),
    ("changeProvider", "PATCH", "/v1/providers/{provider}", {"is_active": False}),
    ("getResident", "GET", "/v1/residents/{resident}", None),
    ("exportResident", "GET", "/v1/residents/{resident}/export", None),
    ("eraseResident", "DELETE", "/v1/residents/{resident}", None),
]
# Own and foreign areas of the others, which name nothing that lies in an area, or take more than a request.
ELSEWHERE = {
    "tests.api.test_access": {"listNeeds", "listReferrals", "createNeed", "createProvider", "startPlan"}
    | {"getPlan", "suggestForDescription", "replaySuggestion", "createResident", "streamEvents"},
    "tests.api.test_queue": {"getQueue"},
    "tests.api.test_maps": {"mapNeeds"},
    "tests.api.test_plan_acceptance": {"acceptPlan"},
    "tests.api.test_residents": {"getContact", "putContact"},
    "tests.api.test_api_keys": {"createApiKey", "listApiKeys", "rotateApiKey", "revokeApiKey"},
    "tests.api.test_webhook_routes": {"createWebhook", "listWebhooks", "getWebhook", "deleteWebhook"}
    | {"replayWebhook", "listDeadLetters", "resumeWebhook"},
}


def test_no_operation_is_forgotten() -> None:
    """A new one that is cut by jurisdiction has to be tried with a foreign one, here or where it is told."""
    scoped = {name for name, rule in POLICY.items() if rule.is_scoped}
    assert scoped == {each[0] for each in SCOPED}.union(*ELSEWHERE.values())


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
    resident = {"registration_code": FOREIGN, "residence_code": FOREIGN}
    problem_of(client.post("/v1/residents", json=resident, headers=headers), "forbidden")
    plan = {"area_codes": [FOREIGN_DISTRICT]}
    problem_of(client.post("/v1/plans", json=plan, headers=headers), "forbidden")


@pytest.mark.parametrize("role", [Role.STAFF, Role.DISPATCHER, Role.ADMIN])
def test_nothing_is_taken_elsewhere(open_client: Client, keys: Keys, role: Role) -> None:
    """By a change neither: not to a foreign resident, of whom a list of suggestions would tell, nor place."""
    client, headers = open_client(), {**keys.of(role), **MATCH}
    theirs = {"resident_id": "resident-9"}
    problem_of(client.patch("/v1/needs/need-1", json=theirs, headers=headers), "unknown-reference")
    nobodys = {"resident_id": None, "community_code": FOREIGN}
    problem_of(client.patch("/v1/needs/need-1", json=nobodys, headers=headers), "forbidden")
    if role is not Role.STAFF:
        moved = {"community_code": FOREIGN}
        problem_of(client.patch("/v1/providers/volunteer-1", json=moved, headers=headers), "forbidden")
    # Who lives here may want help elsewhere, as with a new need.
    elsewhere = client.patch("/v1/needs/need-1", json={"community_code": FOREIGN}, headers=headers)
    assert elsewhere.status_code == 200, elsewhere.text


@pytest.mark.parametrize("role", [Role.STAFF, Role.DISPATCHER, Role.ADMIN, Role.API_CLIENT])
def test_a_description_tells_nothing_of_foreign_residents(
    open_client: Client, keys: Keys, role: Role
) -> None:
    """Who may be suggested follows from age, hardship and who helped before: that is for their own staff."""
    client, headers = open_client(), keys.of(role)

    def asked(resident: str) -> Any:
        need = {"category_id": "home_care", "community_code": "440103001101", "resident_id": resident}
        return client.post("/v1/suggestions", json={"need": need}, headers=headers)

    unknown, hidden = (problem_of(asked(key), "unknown-reference") for key in ("nobody", "resident-9"))
    assert hidden["detail"] == unknown["detail"].replace("nobody", "resident-9")
    own = asked("resident-1")
    if role is Role.API_CLIENT:
        problem_of(own, "unknown-reference")
    else:
        assert own.status_code == 200, own.text


@pytest.mark.parametrize("role", [Role.STAFF, Role.DISPATCHER, Role.ADMIN])
def test_the_record_of_foreign_needs_is_not_theirs(open_client: Client, keys: Keys, role: Role) -> None:
    """Whoever reaches a district asks for one need at a time."""
    client, headers = open_client(), keys.of(role)
    for need in ("need-1", "need-9"):
        client.post(f"/v1/needs/{need}/acknowledgement", json={})
    problem_of(client.get("/v1/audit-events", headers=headers), "forbidden")
    problem_of(client.get("/v1/audit-events?object_id=need-1", headers=headers), "forbidden")
    problem_of(client.get("/v1/audit-events?need_id=need-9", headers=headers), "not-found")
    elsewhere = client.get("/v1/audit-events?need_id=need-1&object_id=need-9", headers=headers).json()
    assert elsewhere["items"] == []
    own = client.get("/v1/audit-events?need_id=need-1", headers=headers).json()["items"]
    assert [each["action"] for each in own] == ["need.acknowledged"]


@pytest.mark.parametrize("role", [Role.STAFF, Role.DISPATCHER])
def test_the_record_as_a_whole_is_for_administrators(
    open_client: Client, store_path: Path, role: Role
) -> None:
    """Whoever works on needs sees who acted on one of them, but not what somebody did all day."""
    client, headers = open_client(), headers_in(store_path, role)
    client.post("/v1/needs/need-1/acknowledgement", json={})
    for filters in ("", "?action=need.acknowledged", "?object_id=need-1"):
        problem_of(client.get(f"/v1/audit-events{filters}", headers=headers), "forbidden")
        assert client.get(f"/v1/audit-events{filters}").status_code == 200
    [acted] = client.get("/v1/audit-events?need_id=need-1", headers=headers).json()["items"]
    assert (acted["action"], acted["actor"], acted["role"]) == ("need.acknowledged", "local-admin", "admin")
    assert acted["actor_name"] is None


def test_the_record_calls_keys_by_their_names(open_client: Client, keys: Keys) -> None:
    """People at another desk know it as such, not by the digits of its key."""
    client, headers = open_client(), keys.of(Role.DISPATCHER)
    client.post("/v1/needs/need-1/acknowledgement", json={}, headers=headers)
    [acted] = client.get("/v1/audit-events?need_id=need-1", headers=keys.of(Role.STAFF)).json()["items"]
    key_id = headers["Authorization"].split("_")[1]
    assert (acted["actor"], acted["actor_name"]) == (f"key:{key_id}", "dispatcher")


def test_a_recorded_list_is_for_whoever_reaches_its_need(open_client: Client, keys: Keys) -> None:
    """It holds what a need says of a resident; elsewhere there is no such list."""
    client, headers = open_client(), keys.of(Role.DISPATCHER)
    address, place = "/v1/suggestion-records/{}", {"latitude": 23.1, "longitude": 113.25, "crs": "wgs84"}
    for code, name in (("440103001101", None), (FOREIGN, "not-found")):
        need = {"category_id": "home_care", "community_code": code, "location": place}
        made = client.post("/v1/needs", json=need).headers["location"]
        asked = client.post(f"{made}/referrals", json={"provider_id": "volunteer-2"}, headers=MATCH)
        assert asked.status_code == 201, asked.text
        [told] = client.get(f"/v1/audit-events?object_id={asked.json()['id']}").json()["items"]
        answer = client.get(address.format(told["suggestion_id"]), headers=headers)
        if name is None:
            assert answer.json()["is_as_cited"] is True
        else:
            problem_of(answer, name)


def test_events_are_of_needs_that_are_theirs() -> None:
    """Where help is wanted, or where its resident is at home; an app of one resident hears of that one."""

    def told(resident_id: str | None, *codes: str, need_id: str | None = "need-1") -> Told:
        return Told(1, 0, an_audit_event(need_id=need_id), resident_id, codes)

    staff = Principal("user:1", Role.STAFF, (DISTRICT,), "t")
    assert concerns(staff, told("resident-1", FOREIGN, "440103001101"))
    assert not concerns(staff, told("resident-9", FOREIGN))
    assert not concerns(staff, told(None))
    assert not concerns(staff, told(None, "440103001101", need_id=None))


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
