"""What is stored about one resident: the person, the needs, and what became of them."""

from __future__ import annotations

from dataclasses import dataclass

from graph_models.bulk import every
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.referrals import Account, Referral, ReferralStatus
from graph_models.ports import GraphStore, Stored, Within

# Once a provider has said yes, somebody has to find the door.
_SAID_YES = frozenset(
    {
        ReferralStatus.ACCEPTED,
        ReferralStatus.IN_PROGRESS,
        ReferralStatus.ON_HOLD,
        ReferralStatus.COMPLETED,
    }
)


@dataclass(frozen=True, slots=True)
class Dossier:
    """A resident with all needs and their referrals, as the store holds them."""

    resident: Stored[Resident]
    needs: tuple[Stored[Need], ...]
    referrals: tuple[Stored[Referral], ...]

    @property
    def opens_contact(self) -> bool:
        """Whether a provider has accepted one of the needs, and has not failed or been called off."""
        return any(each.value.status in _SAID_YES for each in self.referrals)

    @property
    def live_referrals(self) -> tuple[Referral, ...]:
        """Referrals that hold units of a provider: help that is still to come."""
        return tuple(each.value for each in self.referrals if each.value.account is Account.RESERVED)


def read_dossier(store: GraphStore, resident_id: str, within: Within = None) -> Dossier:
    """Read what is stored about a resident.

    Raises
    ------
    NotFound
        There is no such resident in the jurisdiction.
    """
    resident = store.get(Resident, resident_id, within=within)
    # The needs first: whoever changes a referral changes its need's revision.
    needs = tuple(every(store, Need, {"resident_id": resident_id}))
    referrals = [each for need in needs for each in every(store, Referral, {"need_id": need.value.id})]
    return Dossier(resident, needs, tuple(referrals))
