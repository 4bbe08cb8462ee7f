"""Suggestions over HTTP and on the command line: one object for both."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.common import Ids, PageLimit, RequestModel, ResponseModel
from api.schemas.needs import DescribedNeed, NeedOutput
from api.schemas.providers import Age
from graph_models.domain.needs import Need
from matcher.parameters import FactorName
from matcher.rules import Reason
from matcher.suggestions import SuggestionList

WHEN_EXPLAINED = "Null unless `explain` is set or there are fewer suggestions than `limit`"


class SuggestionQuery(RequestModel):
    limit: PageLimit = 10
    explain: Annotated[bool, Field(description="Say why there are not more in any case")] = False


class DescribedResident(RequestModel):
    """What matters about a person for matching; what is not known excludes nobody."""

    age: Annotated[Age | None, Field(description="Years reached in this calendar year")] = None
    hardship: Annotated[Ids | None, Field(description="Categories of hardship; null: not known")] = None
    languages: Annotated[Ids | None, Field(description="BCP 47 tags; null: not known")] = None
    accessibility: Annotated[Ids | None, Field(description="What a place or helper must offer")] = None


class SuggestionRequest(SuggestionQuery):
    need: DescribedNeed
    resident: Annotated[
        DescribedResident | None, Field(description="A person not on record, in place of `resident_id`")
    ] = None


class FactorOutput(ResponseModel):
    """`contribution` = `weight` × `value`; the contributions add up to the score exactly as printed."""

    weight: float
    value: float
    contribution: float


class SuggestionOutput(ResponseModel):
    rank: int
    provider_id: str
    kind: str
    name: str
    score: float
    factors: dict[FactorName, FactorOutput]
    distance_km: Annotated[float | None, Field(description="Great circle; null if a location is not known")]
    remaining_units: Annotated[int, Field(description="Free before this need is served")]


class GapOutput(ResponseModel):
    """What is missing, as numbers where it can be measured."""

    reason: Reason
    subject: Annotated[str | None, Field(description="Skill or area that it is about")]
    actual: float | None
    required: float | None
    unit: str | None


class NearMissOutput(ResponseModel):
    """A provider that fails exactly one rule."""

    provider_id: str
    kind: str
    name: str
    reason: Reason
    change: Annotated[str, Field(description="What would have to change")]
    gaps: list[GapOutput]
    score: Annotated[float, Field(description="What the score would be now")]


class SuggestionAnswer(ResponseModel):
    """Ranked providers for one need, best first; equal scores in the order of provider ids."""

    need: NeedOutput
    suggestions: list[SuggestionOutput]
    considered: Annotated[
        int | None,
        Field(description=f"Providers with a required skill or within the search radius. {WHEN_EXPLAINED}"),
    ]
    rejected: Annotated[
        dict[Reason, int] | None, Field(description=f"Those by first failing rule. {WHEN_EXPLAINED}")
    ]
    near_misses: Annotated[list[NearMissOutput] | None, Field(description=f"Best first. {WHEN_EXPLAINED}")]

    @classmethod
    def of(cls, need: Need, result: SuggestionList) -> SuggestionAnswer:
        return cls(
            need=NeedOutput.model_validate(need),
            suggestions=[SuggestionOutput.model_validate(each) for each in result.suggestions],
            considered=result.considered,
            rejected=None if result.rejected is None else dict(result.rejected),
            near_misses=None
            if result.near_misses is None
            else [NearMissOutput.model_validate(each) for each in result.near_misses],
        )
