"""The whole OpenAPI document, fuzzed in process with all of schemathesis' checks on."""

from __future__ import annotations

import re
from collections import Counter
from itertools import count
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import Failure
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from tests.api.conftest import Client
from tests.api.credentials import key_file
from tests.api.servers import ADMIN_TOKEN

# 412, and 422 for the reasons below, are right answers to requests that fit the schema; 428 is the
# one answer to a change without If-Match.
ACCEPTANCE = ["2xx", "304", "403", "404", "409", "412", "422"]  # 403: contacts are not for administrators
REJECTION = ["400", "401", "403", "404", "405", "415", "422", "428"]
CONFIG: dict[str, Any] = {
    "seed": 20260302,
    "continue-on-failure": True,
    "auth": {"openapi": {"bearer": {"bearer": ADMIN_TOKEN}}},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ACCEPTANCE},
        "missing_required_header": {"expected-statuses": ["428"]},
        "negative_data_rejection": {"expected-statuses": REJECTION},
    },
    "generation": {"max-examples": 10, "deterministic": True, "database": "none", "no-shrink": True},
}
BEYOND_THE_SCHEMA = {
    "/problems/unknown-reference",
    "/problems/invalid-cursor",
    "/problems/idempotency-key-reused",
}
# Members with rules that JSON Schema cannot say: order, uniqueness by key, years, printable text.
RULED = {
    *("time_window/start", "time_window/end", "created_at", "verified_at"),
    *("location", "location/latitude", "location/longitude"),
    *("required_skills", "skills", "eligibility/max_age", "availability"),
    *("name", "source", "member_of", "capacity/total"),
    "reason",
    *("url", "expires_at", "jurisdiction", "phone", "address"),
    *("bbox", "weights", "weights/proximity"),
    *("count", "limit_km", "demand", "decay"),  # by method, by what is on record, and by whom it tells of
}
REPLAY = "POST /v1/webhooks/{id}/dead-letters/{delivery_id}/replay"
WITHIN = r"^#/(need/|changes/\d+/(provider/)?)?"


class UnfoundedRefusal(Failure):
    """A request that fits the schema was called one that does not."""


@schemathesis.check
def refusals_have_a_reason(ctx: Any, response: Any, case: Any) -> None:  # noqa: ARG001 - the hook's signature
    """What fits the schema is refused only by rules that the schema cannot express."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code != 422:
        return
    problem = response.json()
    named = {re.sub(WITHIN, "", fault["pointer"]) for fault in problem["errors"]}
    is_rule = problem["type"] == "/problems/rule-broken" and named <= RULED
    if not is_rule and problem["type"] not in BEYOND_THE_SCHEMA:
        raise UnfoundedRefusal(operation=case.operation.label, message=str(problem["errors"]))


def test_service_keeps_its_own_contract(open_client: Client, tmp_path: Path) -> None:
    """Examples, boundary values, random and broken requests, and sequences of them: no check fails."""
    addresses = count()
    unlimited = {"requests_per_minute": 1_000_000, "directory_pages_per_hour": 1_000_000}
    client = open_client(keys_file=key_file(tmp_path), **unlimited)

    async def served(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            raise RuntimeError("the fixture started the application")
        # From an address of its own, or the wrong credentials among them would lock out all that follow.
        number = next(addresses)
        scope["client"] = (f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 1)
        await client.app(scope, receive, send)

    schema = schemathesis.openapi.from_asgi(
        "/openapi.json", served, config=SchemathesisConfig.from_dict(CONFIG)
    )
    failures: list[str] = []
    phases: Counter[str] = Counter()
    statuses: Counter[tuple[str, int]] = Counter()
    for event in from_schema(schema).execute():
        if isinstance(event, FatalError | NonFatalError):
            failures.append(str(event.info if isinstance(event, NonFatalError) else event.exception))
        if isinstance(event, ScenarioFinished):
            recorder = event.recorder
            phases[event.phase.value] += len(recorder.cases)
            for key, interaction in recorder.interactions.items():
                if interaction.response is not None:
                    label = recorder.cases[key].value.operation.label
                    statuses[label, interaction.response.status_code] += 1
            failures += [
                f"{event.phase.value} {recorder.label} {check.name}: {check.failure_info.failure.message}"
                for checks in recorder.checks.values()
                for check in checks
                if check.failure_info is not None
            ]
    assert sorted(set(failures)) == []
    assert all(phases[phase] > 0 for phase in ("examples", "coverage", "fuzzing", "stateful"))
    operations = {each.ok().label for each in schema.get_all_operations()}
    # Ids of plans and of recorded lists, and of categories for a query, are in no answer that leads there:
    # tests/api/test_plans.py, test_referrals.py and test_coverage.py read these.
    elsewhere = {"GET /v1/plans/{id}", "GET /v1/suggestion-records/{id}", "GET /v1/coverage/access"}
    elsewhere |= {"POST /v1/plans/{id}/acceptance"}
    # An administrator sees no contact, and nothing has been tried often enough to be a dead letter.
    elsewhere |= {"GET /v1/residents/{id}/contact", REPLAY}
    assert {label for label, status in statuses if status < 300} | elsewhere == operations
