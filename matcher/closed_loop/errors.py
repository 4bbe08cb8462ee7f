"""Why a referral cannot be made: what the need or its other referrals stand for."""

from __future__ import annotations

from graph_models.domain.errors import Conflict
from graph_models.domain.needs import NeedStatus


class NeedNotOpen(Conflict):
    """The need is not one that anybody is sought for."""

    def __init__(self, need_id: str, status: NeedStatus) -> None:
        super().__init__(f"need {need_id!r} is {status}: nobody is sought for it")
        self.need_id = need_id
        self.status = status


class NeedCovered(Conflict):
    """Other referrals hold or have served what was to be offered."""

    def __init__(self, need_id: str, open_units: int, wanted: int) -> None:
        super().__init__(f"need {need_id!r} has {open_units} open units, {wanted} wanted")
        self.need_id = need_id
        self.open_units = open_units
        self.wanted = wanted


class AlreadyAsked(Conflict):
    """The provider has an open referral for this need."""

    def __init__(self, provider_id: str, referral_id: str) -> None:
        super().__init__(f"provider {provider_id!r} is asked already, by referral {referral_id!r}")
        self.provider_id = provider_id
        self.referral_id = referral_id


class ProviderExcluded(Conflict):
    """The need rules the provider out."""

    def __init__(self, provider_id: str) -> None:
        super().__init__(f"the need rules out provider {provider_id!r}")
        self.provider_id = provider_id
