"""Health and readiness over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import ResponseModel


class Health(ResponseModel):
    status: Literal["ok"]


class Readiness(ResponseModel):
    status: Literal["ready"]
    providers: Annotated[int, Field(description="Providers in the engine")]
    cursor: Annotated[int, Field(description="Latest change set that the engine has seen")]
    lag_changes: Annotated[int, Field(description="Committed change sets that it has not seen yet")]
