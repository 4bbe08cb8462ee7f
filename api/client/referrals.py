"""Referrals: one need offered to one provider, followed to its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from api.client.answers import ReferralPage, ReferralResource
from api.client.requests import (
    ListReferralsQuery,
    OfferInput,
    ReasonCode,
    ReferralStatus,
    TransitionInput,
)
from api.client.transport import Transport, address


class Referrals:
    """All steps take the referral as it was seen, and raise `RevisionConflict` if it is not so any more.

    A referral that is in the state already is answered as it is. A step whose answer was lost is
    repeated under its key, so that it is not told apart from one that succeeded at once.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, referral_id: str) -> ReferralResource:
        return self._transport.get(ReferralResource, address("referrals", referral_id))

    def list(self, **filters: Unpack[ListReferralsQuery]) -> Iterator[ReferralResource]:
        """Yield referrals in the order of their ids, over all pages."""
        return self._transport.pages(ReferralPage, address("referrals"), filters)

    def transition(
        self,
        referral: ReferralResource,
        status: ReferralStatus,
        reason: ReasonCode | None = None,
        *,
        hand_on: OfferInput | None = None,
        idempotency_key: str | None = None,
    ) -> ReferralResource:
        """Take it into a state, one of its `may_become`."""
        step: TransitionInput = {"status": status, "reason": reason, "hand_on": hand_on}
        return self._transport.write(
            ReferralResource,
            "POST",
            address("referrals", referral.id, "transitions"),
            step,
            revision=referral.revision,
            idempotency_key=idempotency_key,
        )

    def request(self, referral: ReferralResource) -> ReferralResource:
        """Send a draft off: from now on it holds units."""
        return self.transition(referral, "requested")

    def accept(self, referral: ReferralResource) -> ReferralResource:
        return self.transition(referral, "accepted")

    def reject(self, referral: ReferralResource, reason: ReasonCode) -> ReferralResource:
        return self.transition(referral, "rejected", reason)

    def start(self, referral: ReferralResource) -> ReferralResource:
        """Begin to help, or go on after a wait."""
        return self.transition(referral, "in-progress")

    def put_on_hold(self, referral: ReferralResource, reason: ReasonCode) -> ReferralResource:
        """Wait; the units stay reserved."""
        return self.transition(referral, "on-hold", reason)

    def complete(self, referral: ReferralResource) -> ReferralResource:
        """Help has come: the units are consumed."""
        return self.transition(referral, "completed")

    def fail(self, referral: ReferralResource, reason: ReasonCode) -> ReferralResource:
        return self.transition(referral, "failed", reason)

    def cancel(self, referral: ReferralResource, reason: ReasonCode) -> ReferralResource:
        return self.transition(referral, "cancelled", reason)

    def hand_on(
        self, referral: ReferralResource, *, reason: ReasonCode = "handed_on", **offer: Unpack[OfferInput]
    ) -> ReferralResource:
        """Cancel it and ask another provider in the same step. Returns the one that ended.

        The other one has its id in `part_of_id`.
        """
        return self.transition(referral, "cancelled", reason, hand_on=offer)
