"""Plans: providers for many needs at once."""

from __future__ import annotations

from typing import Unpack

from api.client.answers import AcceptanceAnswer, PlanOutput, PlanStatus
from api.client.errors import ClientError
from api.client.requests import AcceptanceInput, PlanRequest
from api.client.transport import Transport, address

_POLL_SECONDS = 0.5


class PlanFailed(ClientError):
    """The service could not make the plan."""


class PlanUnderWay(ClientError):
    """The plan is not done yet; it goes on, and can be waited for again."""


class Plans:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def start(self, *, idempotency_key: str | None = None, **scope: Unpack[PlanRequest]) -> PlanStatus:
        """Begin to plan for all open needs, or those of some areas and categories."""
        return self._transport.write(
            PlanStatus, "POST", address("plans"), scope, idempotency_key=idempotency_key
        )

    def get(self, plan_id: str) -> PlanStatus:
        return self._transport.get(PlanStatus, address("plans", plan_id))

    def accept(
        self, plan_id: str, *, idempotency_key: str | None = None, **chosen: Unpack[AcceptanceInput]
    ) -> AcceptanceAnswer:
        """Ask the providers that the plan proposes, each need by itself; the outcomes say what came of it."""
        return self._transport.write(
            AcceptanceAnswer,
            "POST",
            address("plans", plan_id, "acceptance"),
            chosen,
            idempotency_key=idempotency_key,
        )

    def wait(self, plan_id: str, *, timeout_seconds: float = 600.0) -> PlanOutput:
        """Return the plan once it is done.

        Raises
        ------
        PlanFailed
            It came to nothing.
        PlanUnderWay
            It was not done in time.
        """
        waited = 0.0
        while True:
            status = self.get(plan_id)
            if status.plan is not None:
                return status.plan
            if status.state == "failed":
                raise PlanFailed(f"{plan_id}: {status.failure}")
            if waited >= timeout_seconds:
                raise PlanUnderWay(f"{plan_id}: {status.stage}, {status.done} of {status.total}")
            self._transport.waiting.sleep(_POLL_SECONDS)
            waited += _POLL_SECONDS
