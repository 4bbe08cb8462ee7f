"""Coverage: where help does not reach, why, and what would change it."""

from __future__ import annotations

from typing import Unpack

from api.client.answers import (
    CategoryAccess,
    CommunityList,
    CoverageSummary,
    FairnessAnswer,
    FragilityAnswer,
    GapList,
    Stations,
    Trial,
)
from api.client.requests import GetAccessQuery, ListGapsQuery, ListReachQuery, SitesRequest, TrialRequest
from api.client.transport import Transport, address

ANSWER_SECONDS = 150.0  # the service gives up on a question of one's own after two minutes


class Coverage:
    """The first question after a start may be answered `Overloaded` while the city is studied."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def summary(self) -> CoverageSummary:
        """Read what can be served, why not all of it, and the proofs."""
        return self._transport.get(CoverageSummary, address("coverage"))

    def gaps(self, **filters: Unpack[ListGapsQuery]) -> GapList:
        """Read open and unmet needs by area and category."""
        return self._transport.get(GapList, address("coverage", "gaps"), filters)

    def communities(self, **filters: Unpack[ListReachQuery]) -> CommunityList:
        """Read how many categories nobody serves, by community."""
        return self._transport.get(CommunityList, address("coverage", "communities"), filters)

    def fragility(self) -> FragilityAnswer:
        """Read which providers are the only help somewhere."""
        return self._transport.get(FragilityAnswer, address("coverage", "fragility"))

    def fairness(self) -> FairnessAnswer:
        """Read who is asked how often, and whose needs are served."""
        return self._transport.get(FairnessAnswer, address("coverage", "fairness"))

    def access(self, **question: Unpack[GetAccessQuery]) -> CategoryAccess:
        """Measure access to a category."""
        return self._transport.get(CategoryAccess, address("coverage", "access"), question)

    def report(self) -> str:
        """Read the study as one HTML page."""
        return self._transport.text(address("coverage", "report"))

    def sites(self, **question: Unpack[SitesRequest]) -> Stations:
        """Choose communities in which to open stations."""
        return self._transport.write(Stations, "POST", address("coverage", "sites"), question)

    def what_if(self, **trial: Unpack[TrialRequest]) -> Trial:
        """Try changes out on a copy of the city."""
        return self._transport.write(Trial, "POST", address("coverage", "what-if"), trial)
