"""Suggestions over HTTP and on the command line: one object for both."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from api.schemas.common import INTEGRAL, Ids, PageLimit, QueryModel, RequestModel, ResponseModel
from api.schemas.needs import DescribedNeed, NeedOutput
from graph_models.domain.identifiers import AreaCode, ResidentId
from graph_models.domain.people import Resident
from graph_models.ports import Within
from matcher.answers import NeedSuggestions
from matcher.parameters import FactorName
from matcher.remarks import RemarkCode
from matcher.rules import Reason
from matcher.use_cases import LiveMatcher

DESCRIBED = "described"  # id of a need or resident that is not stored
WHEN_EXPLAINED = "Null unless `explain` is set or there are fewer suggestions than `limit`"


Explain = Annotated[bool, Field(description="Say why there are not more in any case")]
# A birth year earlier than the domain admits would be refused under a name the client did not send.
LivingAge = Annotated[int, Field(ge=0, le=140, description="Years reached in this calendar year"), INTEGRAL]


class SuggestionQuery(QueryModel):
    limit: PageLimit = 10
    explain: Explain = False


class DescribedResident(RequestModel):
    """What matters about a person for matching; what is not known excludes nobody."""

    age: LivingAge | None = None
    hardship: Annotated[Ids | None, Field(description="Categories of hardship; null: not known")] = None
    languages: Annotated[Ids | None, Field(description="BCP 47 tags; null: not known")] = None
    accessibility: Annotated[Ids | None, Field(description="What a place or helper must offer")] = None

    def to_domain(self, community_code: str | None, year: int) -> Resident:
        """Stand in for a resident on record: the age is that of `year`, the place that of the need."""
        code = AreaCode(community_code or DESCRIBED)
        return Resident(
            ResidentId(DESCRIBED),
            registration_code=code,
            residence_code=code,
            birth_year=None if self.age is None else year - self.age,
            hardship=tuple(self.hardship or ()),
            languages=tuple(self.languages or ()),
            accessibility=tuple(self.accessibility or ()),
        )


class SuggestionRequest(RequestModel):
    limit: Annotated[PageLimit, INTEGRAL] = 10
    explain: Explain = False
    need: DescribedNeed
    resident: Annotated[
        DescribedResident | None, Field(description="A person not on record, in place of `resident_id`")
    ] = None

    def ask(self, matcher: LiveMatcher, now: datetime, within: Within = None) -> NeedSuggestions:
        """Have it answered; a resident on record is one who lies within, or nobody."""
        need = self.need.to_domain(DESCRIBED, now)
        resident = None
        if self.resident is not None:
            resident = self.resident.to_domain(need.community_code, matcher.local_year(need))
        return matcher.suggest_for(need, resident, self.limit, self.explain, within)


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


class RemarkOutput(ResponseModel):
    """Something odd about the need, which does not keep it from being answered."""

    code: RemarkCode
    text: Annotated[str, Field(description="The same in English")]


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
    community_code: Annotated[
        str | None,
        Field(description="The need's community, or the nearest one, which stood in; null if none is near"),
    ]
    remarks: Annotated[
        list[RemarkOutput], Field(description="What to know about the need before acting; mostly empty")
    ]
    graph_revision: Annotated[int, Field(description="Last change set that the answer takes account of")]
    as_of: Annotated[
        datetime, Field(description="Every change that was committed before then is taken account of")
    ]
    is_stale: Annotated[
        bool, Field(description="Whether the store could not be asked: later changes may be missing")
    ]
    is_synthetic: Annotated[bool, Field(description="Whether it rests on data made up for a demonstration")]

    @classmethod
    def of(cls, answer: NeedSuggestions) -> SuggestionAnswer:
        result = answer.result
        return cls(
            need=NeedOutput.model_validate(answer.need),
            community_code=answer.community_code,
            remarks=[RemarkOutput.model_validate(each) for each in answer.remarks],
            graph_revision=answer.graph_revision,
            as_of=answer.as_of,
            is_stale=answer.is_stale,
            is_synthetic=answer.is_synthetic,
            suggestions=[SuggestionOutput.model_validate(each) for each in result.suggestions],
            considered=result.considered,
            rejected=None if result.rejected is None else dict(result.rejected),
            near_misses=None
            if result.near_misses is None
            else [NearMissOutput.model_validate(each) for each in result.near_misses],
        )
