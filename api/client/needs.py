"""Needs: requests for help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from api.client.answers import (
    NeedPage,
    NeedResource,
    ProviderJudgement,
    ReferralPage,
    ReferralResource,
    SuggestionAnswer,
    TrialSuggestionAnswer,
)
from api.client.requests import (
    ListNeedReferralsQuery,
    ListNeedsQuery,
    NeedChanges,
    NeedInput,
    ReferralInput,
    SuggestForNeedQuery,
    TrialSuggestionRequest,
)
from api.client.transport import Transport, address


class Needs:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, *, idempotency_key: str | None = None, **need: Unpack[NeedInput]) -> NeedResource:
        """Store a need; it is pushed to the staff of its communities.

        With a key of the caller's own the same call can be repeated after a crash, with one effect.
        """
        return self._transport.write(
            NeedResource, "POST", address("needs"), need, idempotency_key=idempotency_key
        )

    def get(self, need_id: str) -> NeedResource:
        return self._transport.get(NeedResource, address("needs", need_id))

    def list(self, **filters: Unpack[ListNeedsQuery]) -> Iterator[NeedResource]:
        """Yield needs in the order of their ids, over all pages."""
        return self._transport.pages(NeedPage, address("needs"), filters)

    def change(self, need: NeedResource, **changes: Unpack[NeedChanges]) -> NeedResource:
        """Set some members, if the need is still as it was given; None resets one to its default.

        Raises
        ------
        RevisionConflict
            Somebody else changed it.
        """
        return self._transport.write(
            NeedResource, "PATCH", address("needs", need.id), changes, revision=need.revision
        )

    def acknowledge(self, need_id: str) -> NeedResource:
        """Say that somebody acts on it: it waits once more before it climbs."""
        return self._transport.write(NeedResource, "POST", address("needs", need_id, "acknowledgement"))

    def suggestions(self, need_id: str, **options: Unpack[SuggestForNeedQuery]) -> SuggestionAnswer:
        """Rank the providers that can serve it, and say why."""
        return self._transport.get(SuggestionAnswer, address("needs", need_id, "suggestions"), options)

    def judge(self, need_id: str, provider_id: str) -> ProviderJudgement:
        """Say where one provider stands, or everything that keeps it from being suggested."""
        return self._transport.get(ProviderJudgement, address("needs", need_id, "suggestions", provider_id))

    def try_weights(self, need_id: str, **trial: Unpack[TrialSuggestionRequest]) -> TrialSuggestionAnswer:
        """Rank by other weights; nothing is kept."""
        return self._transport.write(
            TrialSuggestionAnswer, "POST", address("needs", need_id, "trial-suggestions"), trial
        )

    def refer(
        self, need: NeedResource, *, idempotency_key: str | None = None, **offer: Unpack[ReferralInput]
    ) -> ReferralResource:
        """Ask a provider: its units are held until it answers or the hold expires.

        Raises
        ------
        RevisionConflict
            The need, or one of its referrals, is not as it was given.
        Conflict
            The need, its other referrals or the provider's free units stand against it.
        """
        return self._transport.write(
            ReferralResource,
            "POST",
            address("needs", need.id, "referrals"),
            offer,
            revision=need.revision,
            idempotency_key=idempotency_key,
        )

    def referrals(
        self, need_id: str, **filters: Unpack[ListNeedReferralsQuery]
    ) -> Iterator[ReferralResource]:
        """Yield those of one need."""
        return self._transport.pages(ReferralPage, address("needs", need_id, "referrals"), filters)
