"""Residents over HTTP. Names, numbers and addresses are in two answers alone: contact and export."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from api.personal.details import MAX_NAME_LENGTH, PersonalDetails, Purpose
from api.schemas.common import INTEGRAL, Changes, Id, Ids, QueryModel, RequestModel, ResponseModel, Text
from api.schemas.events import AuditEventOutput
from api.schemas.needs import NeedResource
from api.schemas.referrals import ReferralResource
from graph_models.domain.people import Resident
from graph_models.ports import Stored

BirthYear = Annotated[int, Field(ge=1880, le=2200), INTEGRAL]


class ResidentInput(Changes):
    """A resident to store: what help has to reckon with, and nothing that tells who it is."""

    id: Annotated[Id | None, Field(description="A pseudonym; chosen by the service if not given")] = None
    registration_code: Annotated[Id, Field(description="Community in whose register the person stands")]
    residence_code: Annotated[Id, Field(description="Community in which the person lives")]
    hardship: Annotated[Ids | None, Field(description="Such as `minimum_living_allowance`")] = None
    birth_year: BirthYear | None = None
    languages: Annotated[Ids | None, Field(description="Language tags (BCP 47)")] = None
    accessibility: Annotated[Ids | None, Field(description="Such as `wheelchair`")] = None

    def to_domain(self, resident_id: str) -> Resident:
        return Resident(**{"id": resident_id, **self.domain_values(Resident)})


class ResidentOutput(ResponseModel):
    id: str
    registration_code: str
    residence_code: str
    hardship: list[str]
    birth_year: int | None
    languages: list[str]
    accessibility: list[str]
    is_synthetic: Annotated[bool, Field(description="Made up for a demonstration")]


class ResidentResource(ResidentOutput):
    """A stored resident."""

    revision: int

    @classmethod
    def of(cls, stored: Stored[Resident]) -> ResidentResource:
        return cls(**dict(ResidentOutput.model_validate(stored.value)), revision=stored.revision)


class ContactInput(RequestModel):
    """How a resident can be reached; it is stored encrypted."""

    name: Annotated[Text, Field(max_length=MAX_NAME_LENGTH)]
    phone: Annotated[
        Annotated[str, StringConstraints(min_length=3, max_length=100)] | None,
        Field(description="Digits with what separates them, perhaps `+` and an extension"),
    ] = None
    address: Text | None = None

    def to_domain(self) -> PersonalDetails:
        return PersonalDetails(self.name, self.phone, self.address)


class ContactQuery(QueryModel):
    purpose: Annotated[Purpose, Field(description="What it is looked at for: written to the audit trail")]


class ContactDetails(ResponseModel):
    name: str
    phone: str | None
    address: str | None


class ContactResource(ContactDetails):
    """How a resident can be reached."""

    resident_id: str
    changed_at: datetime


class RecordOutput(ResponseModel):
    """A suggestion list that was recorded for a need: a copy of need and resident as they were."""

    id: str
    need_id: str
    created_at: datetime


class ResidentExport(ResponseModel):
    """All that is stored about one resident."""

    resident: ResidentResource
    contact: Annotated[
        ContactDetails | None,
        Field(description="Null where none is stored, and for everybody but the resident"),
    ]
    needs: list[NeedResource]
    referrals: list[ReferralResource]
    suggestion_records: list[RecordOutput]
    audit_events: list[AuditEventOutput]


class ErasureOutput(ResponseModel):
    """What an erasure came to."""

    need_count: Annotated[int, Field(description="Needs that no longer tell whose they were")]
    is_purged: Annotated[
        bool,
        Field(description="Whether the files of the store are clean as well, see the page about security"),
    ]
