"""Referrals over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, Strict
from pydantic_core import PydanticCustomError

from api.schemas.common import INTEGRAL, RULE, Id, PageQuery, RequestModel, ResponseModel
from graph_models.domain.identifiers import ProviderId, ReferralId
from graph_models.domain.referrals import ReasonCode, Referral, ReferralStatus, may_follow
from graph_models.ports import Stored
from matcher.closed_loop.referring import Offer

Units = Annotated[
    Annotated[int, Field(ge=1, le=10_000), INTEGRAL] | None,
    Field(description="Units of the need; null: all that are open"),
]


def _by_people(reason: ReasonCode | None) -> ReasonCode | None:
    """Refuse what only the clock can say: nobody lets a provider look as if it had not answered."""
    if reason is ReasonCode.EXPIRED:
        raise PydanticCustomError(RULE, "must be a reason that people have: a hold expires by itself")
    return reason


class OfferInput(RequestModel):
    """Whom to ask, and for how much."""

    provider_id: Id
    units: Units = None

    def to_offer(self, referral_id: str) -> Offer:
        return Offer(ReferralId(referral_id), ProviderId(self.provider_id), self.units)


class ReferralInput(OfferInput):
    """A referral to make. It holds the provider's units until it is answered or expires."""

    id: Annotated[Id | None, Field(description="Chosen by the service if not given")] = None
    is_draft: Annotated[bool, Field(description="Prepare it only: a draft holds nothing")] = False

    def to_offer(self, referral_id: str) -> Offer:
        key = ReferralId(self.id or referral_id)
        return Offer(key, ProviderId(self.provider_id), self.units, self.is_draft)


class TransitionInput(RequestModel):
    """A step of a referral."""

    status: Annotated[ReferralStatus, Strict(False), Field(description="The state to go into")]
    reason: Annotated[
        ReasonCode | None,
        Strict(False),
        AfterValidator(_by_people),
        Field(description="Required for `rejected`, `cancelled`, `on-hold` and `failed`; never `expired`"),
    ] = None
    hand_on: Annotated[
        OfferInput | None, Field(description="Ask this provider for the units in the same step")
    ] = None


class ReferralOutput(ResponseModel):
    id: str
    need_id: str
    provider_id: str
    status: ReferralStatus
    units: int
    created_at: datetime
    changed_at: datetime | None
    expires_at: Annotated[datetime | None, Field(description="Until when a request holds its units")]
    reason: ReasonCode | None
    part_of_id: Annotated[str | None, Field(description="The referral that was handed on to this one")]
    is_synthetic: bool


class ReferralResource(ReferralOutput):
    """A stored referral; `revision` is what `If-Match` asks for."""

    may_become: Annotated[list[ReferralStatus], Field(description="States that may follow")]
    revision: int

    @classmethod
    def of(cls, stored: Stored[Referral]) -> ReferralResource:
        value = stored.value
        following = [each for each in ReferralStatus if may_follow(value.status, each)]
        told = dict(ReferralOutput.model_validate(value))
        return cls(**told, may_become=following, revision=stored.revision)


class ReferralPage(ResponseModel):
    items: list[ReferralResource]
    next_cursor: str | None


class NeedReferralQuery(PageQuery):
    status: ReferralStatus | None = None


class ReferralQuery(NeedReferralQuery):
    provider_id: Id | None = None
    need_id: Id | None = None


class Replayed(ResponseModel):
    """A recorded suggestion list, made again from what was recorded with it."""

    id: str
    need_id: str
    created_at: datetime
    graph_revision: int
    is_equal: Annotated[bool, Field(description="Whether both lists are the same, bit for bit")]
    is_as_cited: Annotated[bool, Field(description="Whether it is what the audit trail cites, by digest")]
    provider_ids: Annotated[list[str], Field(description="The list, best first")]
