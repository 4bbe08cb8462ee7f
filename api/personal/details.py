"""How a resident can be reached, in the clear: in memory only, and never in a log."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from graph_models.domain.checks import check_text
from graph_models.domain.errors import InvalidValue

MAX_NAME_LENGTH = 200
# What people write down differs by country: digits and what separates them, perhaps an extension.
_PHONE = re.compile(r"\+?(?:[ ().\-/]*[0-9]){3,20}(?: ?(?:ext\.?|x|#|转) ?[0-9]{1,6})?")


class Purpose(StrEnum):
    """What a contact is looked at for; it stands in the audit trail."""

    REFERRAL = "referral"
    VISIT = "visit"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class PersonalDetails:
    name: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        check_text("personal.name", self.name, max_length=MAX_NAME_LENGTH)
        if self.phone is not None and not (
            isinstance(self.phone, str) and _PHONE.fullmatch(self.phone) is not None
        ):
            raise InvalidValue("personal.phone", "be a telephone number", self.phone)
        if self.address is not None:
            check_text("personal.address", self.address)
