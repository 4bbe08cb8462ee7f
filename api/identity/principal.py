"""Who asks, however they showed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph_models.domain.credentials import Role, check_jurisdiction
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import check_id


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody who has authenticated.

    `expires_at` is when the credential ends by itself, None if it does not.

    `subject` is an identifier fit for the audit trail (`user:…`, `key:…`), `credential_id` tells which
    key or token was used. `jurisdiction` None means everywhere.

    A `resident_app` with a `resident_id` acts for that resident alone. Without one it is the back end
    of an app that knows its residents itself, and acts for those who live or are registered in its
    jurisdiction, which it then must have.
    """

    subject: str
    role: Role
    jurisdiction: tuple[str, ...] | None
    credential_id: str
    resident_id: str | None = None
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        check_id("principal.subject", self.subject)
        check_id("principal.credential_id", self.credential_id)
        if self.jurisdiction is not None:
            if not self.jurisdiction:
                raise InvalidValue("principal.jurisdiction", "name an area or be None", ())
            check_jurisdiction("principal.jurisdiction", self.jurisdiction)
        if self.resident_id is not None:
            check_id("principal.resident_id", self.resident_id)
            if self.role is not Role.RESIDENT_APP:
                raise InvalidValue("principal.resident_id", "be left out unless the role is resident_app")
        elif self.role is Role.RESIDENT_APP and self.jurisdiction is None:
            raise InvalidValue("principal.resident_id", "be given unless there is a jurisdiction")

    @property
    def within(self) -> tuple[str, ...] | None:
        """What to hand to the store with every reading."""
        return self.jurisdiction

    def reaches(self, *codes: str | None) -> bool:
        """Tell whether one of these areas, such as a resident's two, lies in the jurisdiction."""
        prefixes = self.jurisdiction
        return prefixes is None or any(code is not None and code.startswith(prefixes) for code in codes)

    def covers(self, jurisdiction: tuple[str, ...] | None) -> bool:
        """Tell whether somebody with this jurisdiction would reach no further: what one may pass on."""
        if jurisdiction is None:
            return self.jurisdiction is None
        return all(self.reaches(code) for code in jurisdiction)

    def acts_for(self, resident_id: str | None) -> bool:
        """Tell whether the values of a resident can be theirs to see; the jurisdiction counts besides."""
        return self.resident_id is None or self.resident_id == resident_id
