"""Residents in difficulty and the staff responsible for their communities.

Neither carries a name, a phone number or an address: matching does not need them.
"""

from __future__ import annotations

from dataclasses import dataclass

from graph_models.domain.checks import check_integer, check_text, sort_field
from graph_models.domain.identifiers import AreaCode, ResidentId, StaffId, check_id


def check_terms(field: str, terms: tuple[str, ...]) -> None:
    """Refuse terms of an open vocabulary that are not identifiers (``low_income``, ``zh-yue``)."""
    for term in terms:
        check_id(field, term)


@dataclass(frozen=True, slots=True)
class Resident:
    """A person in difficulty.

    Parameters
    ----------
    id
        Pseudonymous identifier.
    registration_code, residence_code
        The community in whose register the person stands, and the one where the person lives.
    hardship
        Categories of hardship (``minimum_living_allowance``, ``severe_disability``).
    birth_year
        Four digits, if known.
    languages
        Language tags the person can use (BCP 47), empty if not known.
    accessibility
        What a place or helper must offer (``wheelchair``, ``sign_language``).
    is_synthetic
        Whether the person was made up for a demonstration.
    """

    id: ResidentId
    registration_code: AreaCode
    residence_code: AreaCode
    hardship: tuple[str, ...] = ()
    birth_year: int | None = None
    languages: tuple[str, ...] = ()
    accessibility: tuple[str, ...] = ()
    is_synthetic: bool = False

    def __post_init__(self) -> None:
        check_id("resident.id", self.id)
        check_id("resident.registration_code", self.registration_code)
        check_id("resident.residence_code", self.residence_code)
        if self.birth_year is not None:
            check_integer("resident.birth_year", self.birth_year, least=1880, most=2200)
        for field in ("hardship", "languages", "accessibility"):
            check_terms(f"resident.{field}", getattr(self, field))
            sort_field(self, field)


@dataclass(frozen=True, slots=True)
class Staff:
    """A front-line civil-affairs worker and the communities in that person's care."""

    id: StaffId
    role: str
    responsible_for: tuple[AreaCode, ...] = ()
    is_synthetic: bool = False

    def __post_init__(self) -> None:
        check_id("staff.id", self.id)
        check_text("staff.role", self.role, max_length=64)
        check_terms("staff.responsible_for", self.responsible_for)
        sort_field(self, "responsible_for")
