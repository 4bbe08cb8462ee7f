"""What a step of a referral means for its need and its providers: one batch, decided without a store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from graph_models.domain.audit import AuditEvent, SuggestionRecord, digest_of
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import ProviderId, ReferralId
from graph_models.domain.needs import Need, NeedStatus
from graph_models.domain.progress import progress_of, status_of
from graph_models.domain.referrals import (
    Account,
    ReasonCode,
    Referral,
    ReferralStatus,
    check_transition,
)
from graph_models.ports import NEW, AdjustCapacity, Operation, Put, Stored
from matcher.closed_loop.acts import Act
from matcher.closed_loop.errors import AlreadyAsked, NeedCovered, NeedNotOpen, ProviderExcluded
from matcher.closed_loop.policy import LoopPolicy


@dataclass(frozen=True, slots=True)
class Case:
    """A need with all its referrals, as the store holds them."""

    need: Stored[Need]
    referrals: tuple[Stored[Referral], ...]

    def referral(self, key: str) -> Stored[Referral]:
        """Return one of its referrals."""
        return next(each for each in self.referrals if each.value.id == key)


@dataclass(frozen=True, slots=True)
class Offer:
    """A referral to be made.

    Parameters
    ----------
    referral_id
        Its identifier.
    provider_id
        Who is to be asked.
    units
        How many units; None means all that are open.
    is_draft
        Whether it waits to be sent: a draft holds nothing.
    """

    referral_id: ReferralId
    provider_id: ProviderId
    units: int | None = None
    is_draft: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A referral before and after; None before it was made."""

    before: Stored[Referral] | None
    after: Referral

    @property
    def is_asking(self) -> bool:
        """Whether the provider is asked by it."""
        return self.after.status is ReferralStatus.REQUESTED

    @property
    def is_taken_back(self) -> bool:
        """Whether it is as if the provider had not been asked: a mistake, or a hold that was undone.

        Who has answered was asked, whatever reason is given for calling it off.
        """
        if self.before is None:
            return False
        if self.after.status is ReferralStatus.ENTERED_IN_ERROR:
            return True
        is_undone = (self.after.status, self.after.reason) == (ReferralStatus.CANCELLED, ReasonCode.UNDONE)
        return is_undone and self.before.value.status is ReferralStatus.REQUESTED


def offering(
    case: Case, offer: Offer, act: Act, policy: LoopPolicy, part_of: Stored[Referral] | None = None
) -> Step:
    """Make a referral out of an offer.

    Parameters
    ----------
    part_of
        The referral out of which it is handed on, which the case holds as it is after that.

    Raises
    ------
    NeedNotOpen, NeedCovered, AlreadyAsked, ProviderExcluded
        The need, or its other referrals, stand against it.
    InvalidValue
        A need that must not be divided would be.
    """
    need = case.need.value
    others = [each.value for each in case.referrals]
    status = status_of(need, others)
    if status is not NeedStatus.ACTIVE:
        raise NeedNotOpen(need.id, status)
    _check_askable(need, offer.provider_id, others)
    open_units = progress_of(need, others).open
    units = open_units if offer.units is None else offer.units
    if not 1 <= units <= open_units:
        raise NeedCovered(need.id, open_units, units)
    if need.is_indivisible and units != need.units:
        raise InvalidValue("referral.units", f"be {need.units}: the need is indivisible", units)
    referral = Referral(
        id=offer.referral_id,
        need_id=need.id,
        provider_id=offer.provider_id,
        status=ReferralStatus.DRAFT if offer.is_draft else ReferralStatus.REQUESTED,
        created_at=act.at,
        units=units,
        is_synthetic=need.is_synthetic,
        expires_at=None if offer.is_draft else act.at + policy.hold(need.urgency),
        part_of_id=None if part_of is None else part_of.value.id,
    )
    return Step(None, referral)


def moving(
    case: Case, key: str, status: ReferralStatus, reason: ReasonCode | None, act: Act, policy: LoopPolicy
) -> Step:
    """Take a referral into another state.

    Raises
    ------
    TransitionNotAllowed
        The life cycle has no such arrow.
    InvalidValue
        The state needs a reason and none is given.
    NeedNotOpen, NeedCovered, AlreadyAsked, ProviderExcluded
        A draft would be sent against what has become of the need since.
    """
    before = case.referral(key)
    check_transition(before.value.status, status, reason)
    expires_at = None
    if status is ReferralStatus.REQUESTED:
        _check_sendable(case, before.value)
        expires_at = act.at + policy.hold(case.need.value.urgency)
    after = replace(before.value, status=status, changed_at=act.at, expires_at=expires_at, reason=reason)
    return Step(before, after)


def settle(
    case: Case,
    steps: Sequence[Step],
    act: Act,
    policy: LoopPolicy,
    evidence: SuggestionRecord | None = None,
    unasked: AdjustCapacity | None = None,
) -> tuple[Operation, ...]:
    """Return all that the steps change: referrals, capacities, the need, and the events that tell of it.

    The need is always among it, at the revision that was read: whatever happens to the referrals of
    one need happens one after the other. What counts as recent is not: see `matcher.closed_loop.recency`.

    Parameters
    ----------
    unasked
        What one of the steps takes back of how often its provider was asked.
    """
    cited: dict[str, str] = {}
    if evidence is not None:
        cited = {"suggestion_id": evidence.id, "evidence_digest": digest_of(evidence)}
    referrals = {each.value.id: each.value for each in case.referrals}
    referrals |= {each.after.id: each.after for each in steps}
    need = _need_after(case.need.value, referrals.values(), act, policy)
    events = [
        act.event(
            f"referral.{each.after.status}",
            "Referral",
            each.after.id,
            need_id=need.id,
            reason=each.after.reason,
            **(cited if each.before is None else {}),
        )
        for each in steps
    ]
    if need.status is not case.need.value.status:
        events.append(act.event(f"need.{need.status}", "Need", need.id, need_id=need.id))
    written: list[AuditEvent | SuggestionRecord] = [*events, *([evidence] if evidence is not None else [])]
    return (
        *(Put(each.after, NEW if each.before is None else each.before.revision) for each in steps),
        *_adjustments(steps, act, unasked),
        Put(need, case.need.revision),
        *(Put(each, NEW) for each in written),
    )


def after(case: Case, step: Step) -> Case:
    """Return a case as it is after a step, for the next one to be decided."""
    others = (each for each in case.referrals if each.value.id != step.after.id)
    revision = NEW if step.before is None else step.before.revision
    return replace(case, referrals=(*others, Stored(step.after, revision)))


def _check_sendable(case: Case, draft: Referral) -> None:
    need = case.need.value
    if need.status is not NeedStatus.ACTIVE:
        raise NeedNotOpen(need.id, need.status)
    referrals = [each.value for each in case.referrals]
    _check_askable(need, draft.provider_id, referrals)
    open_units = progress_of(need, referrals).open
    if draft.units > open_units:
        raise NeedCovered(need.id, open_units, draft.units)


def _check_askable(need: Need, provider_id: ProviderId, referrals: Iterable[Referral]) -> None:
    """Refuse a provider that the need rules out, or that is asked about it already."""
    if provider_id in need.excluded_provider_ids:
        raise ProviderExcluded(provider_id)
    for each in referrals:
        if each.provider_id == provider_id and each.account is Account.RESERVED:
            raise AlreadyAsked(each.provider_id, each.id)


def _need_after(need: Need, referrals: Iterable[Referral], act: Act, policy: LoopPolicy) -> Need:
    """Return the need with the state that follows, and its clock: it runs while nobody acts on it."""
    listed = list(referrals)
    status = status_of(need, listed)
    is_waiting = status is NeedStatus.ACTIVE and not any(each.account is Account.RESERVED for each in listed)
    due = None
    if is_waiting and need.escalation_level is not None:
        due = need.answer_due_at or act.at + policy.wait(need.urgency)
    return replace(need, status=status, answer_due_at=due)


def _adjustments(steps: Sequence[Step], act: Act, unasked: AdjustCapacity | None) -> list[AdjustCapacity]:
    """Return what moves between the accounts of each provider."""
    moved: dict[ProviderId, dict[Account, int]] = defaultdict(lambda: dict.fromkeys(Account, 0))
    asked: set[ProviderId] = set()
    for each in steps:
        if each.before is not None:
            moved[each.before.value.provider_id][each.before.value.account] -= each.before.value.units
        moved[each.after.provider_id][each.after.account] += each.after.units
        if each.is_asking:
            asked.add(each.after.provider_id)
    adjustments = [
        replace(
            unasked if unasked and unasked.provider_id == provider_id else AdjustCapacity(provider_id),
            reserved=units[Account.RESERVED],
            consumed=units[Account.CONSUMED],
            asked_at=act.at if provider_id in asked else None,
        )
        for provider_id, units in moved.items()
    ]
    return [each for each in adjustments if each != AdjustCapacity(each.provider_id)]
