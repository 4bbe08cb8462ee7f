"""Accepting a plan over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from api.schemas.common import Id, RequestModel, ResponseModel, unique

MOST_ASSIGNMENTS = 100


class AssignmentInput(RequestModel):
    """One proposal of the plan: this provider for this need, with the units that the plan says."""

    need_id: Id
    provider_id: Id


class AcceptanceInput(RequestModel):
    """What to accept of a plan; several providers of one need are asked together or not at all."""

    assignments: Annotated[
        list[AssignmentInput],
        Field(min_length=1, max_length=MOST_ASSIGNMENTS),
        AfterValidator(unique),
        Field(json_schema_extra={"uniqueItems": True}),
    ]


class AcceptanceOutcome(ResponseModel):
    """What came of one assignment."""

    need_id: str
    provider_id: str
    is_held: Annotated[bool, Field(description="Whether the provider was asked and its units are held")]
    referral_id: str | None
    problem: Annotated[str | None, Field(description="Type of the problem that stood against it")]
    detail: str | None


class AcceptanceAnswer(ResponseModel):
    """One outcome for each assignment, in the order in which they were given."""

    outcomes: list[AcceptanceOutcome]
    held: Annotated[int, Field(description="How many are held")]
