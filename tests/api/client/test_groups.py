"""Every method of the client reaches its operation; what each operation does is tested with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.client import LastMeter, PlanFailed, PlanUnderWay
from api.client.plans import Plans
from api.client.requests import AssignmentInput, WeightsInput
from tests.api.client.conftest import Waits
from tests.api.conftest import in_process
from tests.builders import COMMUNITY, DISTRICT, STREET
from tools.client_types import document

FOR_OPERATORS = {"getHealth", "getReadiness", "getMetrics", "getProblemType"}  # have no method
ASKED_BY_OTHER_TESTS = {
    *("createNeed", "listNeeds", "getNeed", "changeNeed", "createReferral", "listNeedReferrals"),
    *("listReferrals", "getReferral", "transitionReferral", "replaySuggestion", "listAuditEvents"),
    *("streamEvents", "getProvider", "changeProvider", "startPlan", "getPlan", "acceptPlan"),
    *("createApiKey", "listApiKeys", "rotateApiKey", "revokeApiKey"),
    *("createWebhook", "listWebhooks", "getWebhook", "deleteWebhook", "listDeadLetters", "replayWebhook"),
    "resumeWebhook",
    *("createResident", "getResident", "putContact", "getContact", "exportResident", "eraseResident"),
}
BOX = "112.9,22.5,114.1,24"
WEIGHTS: WeightsInput = {"proximity": 1, "skill": 0, "capacity": 0, "continuity": 0, "fairness": 0}
CALLS: dict[str, Callable[[LastMeter], Any]] = {
    "listSkills": lambda meter: list(meter.skills.list(broader_id="personal_care")),
    "getSkill": lambda meter: meter.skills.get("personal_care"),
    "listCategories": lambda meter: list(meter.categories.list()),
    "getCategory": lambda meter: meter.categories.get("home_care"),
    "listCommunities": lambda meter: list(meter.communities.list(parent_code=STREET)),
    "getCommunity": lambda meter: meter.communities.get(COMMUNITY),
    "listStreets": lambda meter: list(meter.streets.list(parent_code=DISTRICT)),
    "getQueue": lambda meter: meter.queue.window(state="open", limit=1).items,
    "mapNeeds": lambda meter: meter.queue.map_needs(bbox=BOX, zoom=9).points,
    "mapProviders": lambda meter: meter.queue.map_providers(bbox=BOX, zoom=9, category_id="home_care").cells,
    "judgeProvider": lambda meter: meter.needs.judge("need-1", "volunteer-3").reasons,
    "trySuggestions": lambda meter: meter.needs.try_weights("need-1", weights=WEIGHTS, limit=1).suggestions,
    "listProviders": lambda meter: list(meter.providers.list(kind="charity")),
    "searchProviders": lambda meter: meter.providers.search(text="VOLUNTEER-", limit=2).items,
    "acknowledgeNeed": lambda meter: meter.needs.acknowledge("need-1"),
    "suggestForNeed": lambda meter: meter.needs.suggestions("need-1", limit=1, explain=True).suggestions,
    "suggestForDescription": lambda meter: (
        meter.suggestions.describe(
            need={"category_id": "home_care", "community_code": COMMUNITY}, resident={"age": 80}
        ).suggestions
    ),
    "createProvider": lambda meter: meter.providers.create(
        kind="charity", name="x", capacity={"total": 1}, serves=[DISTRICT]
    ),
}
COVERAGE: dict[str, Callable[[LastMeter], Any]] = {
    "getCoverage": lambda meter: meter.coverage.summary(),
    "listGaps": lambda meter: meter.coverage.gaps(limit=1),
    "listReach": lambda meter: meter.coverage.communities(area_code=DISTRICT),
    "getFragility": lambda meter: meter.coverage.fragility(),
    "getFairness": lambda meter: meter.coverage.fairness(),
    "getReport": lambda meter: meter.coverage.report(),
    "getAccess": lambda meter: meter.coverage.access(category_id="home_care", demand="residents"),
    "proposeSites": lambda meter: meter.coverage.sites(
        method="mclp", count=1, limit_km=3.0, demand="residents"
    ),
    "tryChanges": lambda meter: meter.coverage.what_if(
        changes=[{"kind": "close", "provider_id": "charity-1"}]
    ),
}


def test_every_operation_has_a_method() -> None:
    """A new one has to be given its place in the client, and its call here."""
    served = {each["operationId"] for path in document()["paths"].values() for each in path.values()}
    assert served == CALLS.keys() | COVERAGE.keys() | ASKED_BY_OTHER_TESTS | FOR_OPERATORS


@pytest.mark.parametrize("name", CALLS)
def test_calls(last_meter: LastMeter, name: str) -> None:
    assert CALLS[name](last_meter)


def test_coverage(last_meter: LastMeter) -> None:
    """One study for all of them; the city of the tests is too small for a few to be shown."""
    for ask in COVERAGE.values():
        assert ask(last_meter)


def test_changing_a_provider(last_meter: LastMeter) -> None:
    """None resets a member."""
    provider = last_meter.providers.change(last_meter.providers.get("volunteer-1"), monthly_cap=3)
    assert provider.monthly_cap == 3
    assert last_meter.providers.change(provider, monthly_cap=None).monthly_cap is None


def test_a_plan(client: TestClient) -> None:
    meter = in_process(client)
    started = meter.plans.start(category_ids=["home_care"])
    plan = meter.plans.wait(started.id)
    assert plan.category_ids == ["home_care"]
    assert meter.plans.get(started.id).plan == plan
    proposed = plan.referrals[0]
    chosen: AssignmentInput = {"need_id": proposed.need_id, "provider_id": proposed.provider_id}
    assert meter.plans.accept(started.id, assignments=[chosen]).held == 1


class TestWaitingForAPlan:
    """The states of a plan, as the service tells them."""

    @pytest.fixture
    def plans(self, client: TestClient, waits: Waits) -> Plans:
        return in_process(client, waiting=waits.waiting).plans

    def status(self, monkeypatch: pytest.MonkeyPatch, plans: Plans, **changes: Any) -> None:
        before = replace(plans.start(), state="running", plan=None)
        monkeypatch.setattr(Plans, "get", lambda *_: replace(before, **changes))

    def test_not_done_in_time(self, plans: Plans, waits: Waits, monkeypatch: pytest.MonkeyPatch) -> None:
        self.status(monkeypatch, plans, stage="price", done=3, total=7)
        with pytest.raises(PlanUnderWay, match="p: price, 3 of 7"):
            plans.wait("p", timeout_seconds=1.0)
        assert waits.seconds == [0.5, 0.5]

    def test_failed(self, plans: Plans, monkeypatch: pytest.MonkeyPatch) -> None:
        self.status(monkeypatch, plans, state="failed", failure="store-unavailable")
        with pytest.raises(PlanFailed, match="store-unavailable"):
            plans.wait("p")
