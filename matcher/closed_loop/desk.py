"""The use cases of the closed loop, on a store: each takes effect once, as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from graph_models.bulk import every
from graph_models.domain.audit import SuggestionRecord
from graph_models.domain.errors import LastMeterError, RevisionConflict, StoreError
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.people import Resident
from graph_models.domain.recency import RecentReferral
from graph_models.domain.referrals import Account, ReasonCode, Referral, ReferralStatus
from graph_models.ports import GraphStore, Operation, Stored, Within
from matcher.closed_loop.acts import Act, act_of_system
from matcher.closed_loop.changing import changing
from matcher.closed_loop.once import key_in, write_once
from matcher.closed_loop.policy import LoopPolicy
from matcher.closed_loop.recency import counting, retracting
from matcher.closed_loop.referring import Case, Offer, Step, after, moving, offering, settle
from matcher.closed_loop.routing import (
    acknowledging,
    areas_at,
    calling,
    communities_of,
    escalating,
    level_above,
    raising,
)


class NotDue(LastMeterError):
    """Somebody has acted since: there is nothing to do."""


class Desk:
    """What dispatchers, and the clock, do with needs and referrals.

    Every method writes one batch under the write id of its act. Repeated with the same id it changes
    nothing and returns what the first attempt made, as it stands now. Whatever lies outside the
    jurisdiction that is given (``within``: prefixes of area codes, None for everywhere) is not found.

    Parameters
    ----------
    store
        Where the graph lives.
    policy
        Times of holds and of answers.
    """

    def __init__(self, store: GraphStore, policy: LoopPolicy) -> None:
        self._store = store
        self._policy = policy

    def raise_need(self, need: Need, act: Act) -> Stored[Need]:
        """Store a new need and push it to the staff of the communities of its resident.

        Raises
        ------
        DuplicateKey, UnknownReference
            As for any new value.
        """

        def decide() -> tuple[Operation, ...]:
            return raising(need, communities_of(need, self._resident_of(need)), act, self._policy)

        return self._store.get(Need, key_in(write_once(self._store, act, decide), Need))

    def change_need(
        self,
        need_id: str,
        alter: Callable[[Need], Need],
        act: Act,
        *,
        expected_revision: int,
        within: Within = None,
    ) -> Stored[Need]:
        """Change what is said of a need, with all that follows for its referrals and its clock.

        Parameters
        ----------
        alter
            Makes of the need as it stands what it is to be; its state only as far as people decide it.
        expected_revision
            Of the need, as it was read.

        Raises
        ------
        NotFound, RevisionConflict
            The need is not there, or not as it was seen.
        InvalidValue, UnknownReference
            It would break a rule, or fall behind what providers hold or have served.
        """
        found = self._store.get(Need, need_id, within=within)
        if found.revision == expected_revision and alter(found.value) == found.value:
            return found

        def decide() -> tuple[Operation, ...]:
            case = self._case(need_id, within)
            _expect("Need", case.need, expected_revision)
            wanted = alter(case.need.value)
            audience = communities_of(wanted, self._resident_of(wanted))
            return changing(case, wanted, audience, act, self._policy)

        write_once(self._store, act, decide)
        return self._store.get(Need, need_id)

    def acknowledge(self, need_id: str, act: Act, within: Within = None) -> Stored[Need]:
        """Say that somebody has seen a need and acts on it: it waits once more before it climbs.

        Raises
        ------
        NotFound
            The need is not there.
        """

        def decide() -> tuple[Operation, ...]:
            need = self._store.get(Need, need_id, within=within)
            return acknowledging(need, act, self._policy)

        write_once(self._store, act, decide, moving=Need)
        return self._store.get(Need, need_id)

    def offer(
        self,
        need_id: str,
        offer: Offer,
        act: Act,
        *,
        expected_revision: int,
        within: Within = None,
        evidence: SuggestionRecord | None = None,
    ) -> Stored[Referral]:
        """Ask a provider: its units are held until it answers or the hold expires.

        Parameters
        ----------
        expected_revision
            Of the need, as the dispatcher saw it: of two who act on one state exactly one succeeds.
        evidence
            The list of suggestions on which the choice rests.

        Raises
        ------
        NotFound, RevisionConflict
            The need is not there, or not as it was seen.
        NeedNotOpen, NeedCovered, AlreadyAsked, ProviderExcluded
            The need, or its other referrals, stand against it.
        CapacityExceeded
            The provider has fewer units free.
        """

        def decide() -> tuple[Operation, ...]:
            case = self._case(need_id, within)
            _expect("Need", case.need, expected_revision)
            step = offering(case, offer, act, self._policy)
            return self._settle(case, [step], act, evidence)

        return self._store.get(Referral, key_in(write_once(self._store, act, decide), Referral))

    def offer_all(
        self, need_id: str, offers: Sequence[Offer], act: Act, within: Within = None
    ) -> tuple[str, ...]:
        """Ask several providers about one need as it stands: all of them or none.

        Returns
        -------
        tuple[str, ...]
            Ids of the referrals, in the order of the offers.

        Raises
        ------
        NotFound
            The need, or one of the providers, is not there.
        NeedNotOpen, NeedCovered, AlreadyAsked, ProviderExcluded, CapacityExceeded
            As for `offer`.
        """

        def decide() -> tuple[Operation, ...]:
            case = self._case(need_id, within)
            steps: list[Step] = []
            seen = case
            for each in offers:
                steps.append(offering(seen, each, act, self._policy))
                seen = after(seen, steps[-1])
            return self._settle(case, steps, act)

        done = write_once(self._store, act, decide, moving=Need)
        made = {change.key for change in done.changes if change.kind is Referral}
        return tuple(each.referral_id for each in offers if each.referral_id in made)

    def move(
        self,
        referral_id: str,
        status: ReferralStatus,
        act: Act,
        *,
        reason: ReasonCode | None = None,
        expected_revision: int | None = None,
        within: Within = None,
        hand_on: Offer | None = None,
        evidence: SuggestionRecord | None = None,
    ) -> Stored[Referral]:
        """Take a referral into another state; with `hand_on`, ask another provider in the same step.

        A referral that is in that state already is returned as it is. `evidence` is the list of
        suggestions on which the choice of the other provider rests.

        Raises
        ------
        NotFound, RevisionConflict
            The referral is not there, or not as it was seen.
        TransitionNotAllowed, InvalidValue
            The life cycle has no such arrow, or asks for a reason.
        NeedNotOpen, NeedCovered, AlreadyAsked, ProviderExcluded, CapacityExceeded
            As for `offer`, where units are to be held.
        """
        found = self._store.get(Referral, referral_id, within=within)
        if found.value.status is status and hand_on is None:
            return found

        def decide() -> tuple[Operation, ...]:
            case = self._case(found.value.need_id)
            before = case.referral(referral_id)
            _expect("Referral", before, expected_revision)
            steps = [moving(case, referral_id, status, reason, act, self._policy)]
            if hand_on is not None:
                steps.append(offering(after(case, steps[0]), hand_on, act, self._policy, before))
            return self._settle(case, steps, act, evidence)

        write_once(self._store, act, decide, moving=Need, vanishing=RecentReferral)
        return self._store.get(Referral, referral_id)

    def call(self, need_id: str, at: datetime) -> bool:
        """Push a need that came with a load as if it were raised now, and tell whether that was called for.

        It is not if nobody is sought for it, staff were called before, or a provider is asked already.

        Raises
        ------
        NotFound
            The need is not there.
        """
        first = self._store.get(Need, need_id)
        act = act_of_system(at, "call", need_id, str(first.revision))

        def decide() -> tuple[Operation, ...]:
            case = self._case(need_id)
            need = case.need
            is_asked = any(each.value.account is Account.RESERVED for each in case.referrals)
            if need.value.status is not NeedStatus.ACTIVE or need.value.escalation_level or is_asked:
                raise NotDue(need_id)
            audience = communities_of(need.value, self._resident_of(need.value))
            return calling(need, audience, act, self._policy)

        try:
            write_once(self._store, act, decide, moving=Need)
        except NotDue:
            return False
        return True

    def expire(self, referral_id: str, at: datetime) -> None:
        """Give back what a hold keeps, if it has expired by then."""
        referral = self._store.get(Referral, referral_id)
        expires_at = referral.value.expires_at
        if expires_at is None or expires_at > at:
            return
        act = act_of_system(at, "expire", referral_id, expires_at.isoformat())
        status, reason, seen = ReferralStatus.CANCELLED, ReasonCode.EXPIRED, referral.revision
        try:
            self.move(referral_id, status, act, reason=reason, expected_revision=seen)
        except LastMeterError as error:
            if isinstance(error, StoreError):
                raise
            # It was answered in this very moment: that counts.

    def escalate(self, need_id: str, at: datetime) -> None:
        """Push a need to the next level, if nobody has answered by then."""
        first = self._store.get(Need, need_id).value
        if not _is_due(first, at):
            return
        act = act_of_system(at, "escalate", need_id, str(first.answer_due_at), level_above(first))

        def decide() -> tuple[Operation, ...]:
            need = self._store.get(Need, need_id)
            if need.value.answer_due_at != first.answer_due_at or not _is_due(need.value, at):
                raise NotDue(need_id)
            communities = communities_of(need.value, self._resident_of(need.value))
            audience = areas_at(self._store, communities, level_above(need.value))
            return escalating(need, audience, act, self._policy)

        try:
            write_once(self._store, act, decide, moving=Need)
        except NotDue:
            return

    def case(self, need_id: str, within: Within = None) -> Case:
        """Return a need and its referrals.

        Raises
        ------
        NotFound
            The need is not there.
        """
        return self._case(need_id, within)

    def _settle(
        self, case: Case, steps: Sequence[Step], act: Act, evidence: SuggestionRecord | None = None
    ) -> tuple[Operation, ...]:
        """Return all that steps change, with what counts as recent from then on, or no longer."""
        gone = next((each.after.id for each in steps if each.is_taken_back), None)
        back = None if gone is None else retracting(self._store, gone)
        asked = [each.after for each in steps if each.is_asking]
        unasked, given_up = (back.unasked, back.operations) if back else (None, ())
        return (
            *settle(case, steps, act, self._policy, evidence, unasked),
            *given_up,
            *counting(self._store, asked, act.at, back),
        )

    def _case(self, need_id: str, within: Within = None) -> Case:
        # The need first: whoever changes a referral changes its need's revision, so an older list of
        # referrals is never written upon.
        need = self._store.get(Need, need_id, within=within)
        return Case(need, tuple(every(self._store, Referral, {"need_id": need_id})))

    def _resident_of(self, need: Need) -> Resident | None:
        if need.resident_id is None:
            return None
        found = self._store.get_many(Resident, [need.resident_id])
        return found[need.resident_id].value if found else None


def _expect(kind: str, stored: Stored[Need] | Stored[Referral], revision: int | None) -> None:
    if revision not in (None, stored.revision):
        assert revision is not None
        raise RevisionConflict(kind, stored.value.id, revision, stored.revision)


def _is_due(need: Need, at: datetime) -> bool:
    return need.status is NeedStatus.ACTIVE and need.answer_due_at is not None and need.answer_due_at <= at
