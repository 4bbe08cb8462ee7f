"""Plans over HTTP and on the command line: one object for both."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from api.schemas.common import Ids, RequestModel, ResponseModel
from graph_models.domain.identifiers import AreaCode, CategoryId
from graph_models.domain.needs import Urgency
from matcher.city_plans import CityPlan
from matcher.planning import PlanScope, UnservedReason


class PlanRequest(RequestModel):
    """Which open needs to plan for; all of them by default."""

    area_codes: Annotated[Ids | None, Field(description="Needs in one of these areas; null: anywhere")] = None
    category_ids: Annotated[Ids | None, Field(description="Needs of these categories; null: of any")] = None

    def to_scope(self) -> PlanScope:
        return PlanScope(
            frozenset(map(AreaCode, self.area_codes or ())),
            frozenset(map(CategoryId, self.category_ids or ())),
        )


class PlanState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class TallyOutput(ResponseModel):
    """Sums over a plan."""

    needs: int
    served: int
    served_in_part: int
    units: int
    units_served: int
    weight: Annotated[int, Field(description="Of all needs, by urgency")]
    weight_served: Annotated[
        float, Field(description="Of what is served; a part of a need counts as that part")
    ]
    score: Annotated[float, Field(description="Sum over needs; a part of a need counts as that part")]
    mean_distance_km: Annotated[float | None, Field(description="Over units whose distance is known")]


class PlannedReferralOutput(ResponseModel):
    need_id: str
    provider_id: str
    units: int
    score: float
    distance_km: float | None


class LockedReferralOutput(ResponseModel):
    """A referral that was under way before, and stays."""

    need_id: str
    provider_id: str
    units: int


class UnservedOutput(ResponseModel):
    need_id: str
    urgency: Urgency | None
    units: int
    reason: UnservedReason
    detail: Annotated[str | None, Field(description="The rule that an unusable need breaks")]


class PriceOutput(ResponseModel):
    """What a provider costs in the certificate, in quanta; those that cost nothing are left out."""

    provider_id: str
    unit_price: int
    referral_price: int


class CertificateOutput(ResponseModel):
    """Proof of how good the plan is: no eligible pair is worth more than the prices at its two ends."""

    value: Annotated[int, Field(description="Of the plan, in quanta")]
    bound: Annotated[int, Field(description="Of any plan at most, in quanta")]
    gap: Annotated[
        float, Field(description="Difference, and what rounding can hide, as a share of the score")
    ]
    is_most_served: Annotated[bool, Field(description="Whether it is proven that no plan serves more weight")]
    is_proven: Annotated[bool, Field(description="Whether it is known that no plan is better at all")]
    parts: Annotated[int, Field(description="Into which each weight is divided")]
    step: Annotated[int, Field(description="Quanta that one part is worth: more than scores can make up for")]
    quantum: Annotated[int, Field(description="Units of score, of 1e-12 each, in one quantum")]
    need_prices: Annotated[dict[str, int], Field(description="What each need keeps of a unit, in quanta")]
    provider_prices: list[PriceOutput]
    pairs: Annotated[int, Field(description="Eligible pairs that had to be looked at")]
    rounds: Annotated[int, Field(description="How often prices were made")]


class PlanOutput(ResponseModel):
    """Providers for many needs at once. It is a proposal: nothing is written."""

    area_codes: Annotated[list[str], Field(description="Empty: anywhere")]
    category_ids: Annotated[list[str], Field(description="Empty: of any")]
    made_at: datetime
    graph_revision: Annotated[int, Field(description="Last change set that the plan takes account of")]
    result: TallyOutput
    first_come: Annotated[TallyOutput, Field(description="What serving needs as they came would come to")]
    referrals: Annotated[
        list[PlannedReferralOutput], Field(description="Most urgent first, then the oldest needs")
    ]
    locked: list[LockedReferralOutput]
    unserved: Annotated[list[UnservedOutput], Field(description="Most urgent first")]
    certificate: CertificateOutput

    @classmethod
    def of(cls, city_plan: CityPlan) -> PlanOutput:
        plan, scope = city_plan.plan, city_plan.scope
        return cls(
            area_codes=sorted(scope.area_codes),
            category_ids=sorted(scope.category_ids),
            made_at=city_plan.made_at,
            graph_revision=city_plan.graph_revision,
            result=TallyOutput.model_validate(plan.result),
            first_come=TallyOutput.model_validate(plan.first_come),
            referrals=[PlannedReferralOutput.model_validate(each) for each in plan.referrals],
            locked=[LockedReferralOutput.model_validate(each) for each in plan.locked],
            unserved=[UnservedOutput.model_validate(each) for each in plan.unserved],
            certificate=_certificate(city_plan),
        )


def _certificate(city_plan: CityPlan) -> CertificateOutput:
    plan = city_plan.plan
    proof, certificate = plan.proof, plan.certificate
    prices = zip(
        plan.provider_ids, certificate.unit_price.tolist(), certificate.referral_price.tolist(), strict=True
    )
    return CertificateOutput(
        value=proof.value,
        bound=proof.bound,
        gap=proof.gap,
        is_most_served=proof.is_most_served,
        is_proven=plan.is_proven,
        parts=certificate.parts,
        step=certificate.step,
        quantum=certificate.quantum,
        need_prices=dict(zip(plan.need_ids, certificate.need_price.tolist(), strict=True)),
        provider_prices=[
            PriceOutput(provider_id=who, unit_price=unit, referral_price=referral)
            for who, unit, referral in prices
            if unit or referral
        ],
        pairs=len(plan.problem.need),
        rounds=plan.rounds,
    )


class PlanStatus(ResponseModel):
    """How far a plan is; its outcome once it is done."""

    id: str
    state: PlanState
    requested_at: datetime
    stage: Annotated[str | None, Field(description="What is being done: read, search, price, keep whole, …")]
    done: Annotated[int, Field(description="How much of the stage is done")]
    total: Annotated[int, Field(description="How much there is to do in it, as far as that is known")]
    failure: Annotated[str | None, Field(description="Why it failed")]
    plan: PlanOutput | None
