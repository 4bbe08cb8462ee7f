"""One provider for one need, and weights that are tried out, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from api.schemas.common import INTEGRAL, PageLimit, RequestModel, ResponseModel
from api.schemas.suggestions import Explain, FactorOutput, GapOutput, SuggestionAnswer
from matcher.answers import Judgement, NeedSuggestions
from matcher.parameters import FactorName, Weights
from matcher.rules import Reason

Share = Annotated[float, Field(ge=0, le=1_000)]


class WeightsInput(RequestModel):
    """How much each factor counts, in proportion: they are scaled to sum to 1."""

    proximity: Annotated[Share, Field(description="0 for a need that is served by phone")]
    skill: Share
    capacity: Share
    continuity: Share
    fairness: Share

    def to_domain(self) -> Weights:
        return Weights.in_proportion({name: getattr(self, name) for name in FactorName})


class TrialSuggestionRequest(RequestModel):
    weights: WeightsInput
    limit: Annotated[PageLimit, INTEGRAL] = 10
    explain: Explain = False


class TrialSuggestionAnswer(SuggestionAnswer):
    """What the suggestions would be. Nothing of it is kept, and no referral rests on it."""

    is_trial: Annotated[bool, Field(description="Always true")]

    @classmethod
    def of(cls, answer: NeedSuggestions) -> Self:
        return cls(is_trial=True, **dict(SuggestionAnswer.of(answer)))


class ProviderJudgement(ResponseModel):
    """What one provider is worth for one need, suggested or not."""

    need_id: str
    provider_id: str
    kind: str
    name: str
    is_eligible: bool
    rank: Annotated[
        int | None,
        Field(description="Among the eligible; null if it is not, or beyond the first 10,000"),
    ]
    score: Annotated[float, Field(description="What it is, or would be if no rule stood against it")]
    factors: dict[FactorName, FactorOutput]
    distance_km: float | None
    remaining_units: int
    reasons: Annotated[list[Reason], Field(description="Every rule that it fails")]
    gaps: Annotated[list[GapOutput], Field(description="What is missing, for each of them")]
    change: Annotated[str, Field(description="What would have to change; empty if it is eligible")]
    graph_revision: int
    as_of: datetime
    is_stale: bool

    @classmethod
    def of(cls, judged: Judgement) -> Self:
        verdict, suggestion = judged.verdict, judged.verdict.suggestion
        return cls(
            need_id=judged.need.id,
            provider_id=suggestion.provider_id,
            kind=suggestion.kind,
            name=suggestion.name,
            is_eligible=not verdict.reasons,
            rank=verdict.rank,
            score=suggestion.score,
            factors={name: FactorOutput.model_validate(each) for name, each in suggestion.factors.items()},
            distance_km=suggestion.distance_km,
            remaining_units=suggestion.remaining_units,
            reasons=list(verdict.reasons),
            gaps=[GapOutput.model_validate(each) for each in verdict.gaps],
            change="; ".join(each.change for each in verdict.gaps),
            graph_revision=judged.graph_revision,
            as_of=judged.as_of,
            is_stale=judged.is_stale,
        )
