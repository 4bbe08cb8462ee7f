"""What somebody may write about: a value that would lie outside a jurisdiction is refused."""

from __future__ import annotations

from api.identity.principal import Principal
from api.problems import Refusal
from graph_models.domain.errors import UnknownReference
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.ports import GraphStore


def check_reach(store: GraphStore, principal: Principal, need: Need) -> None:
    """Refuse a need of a resident whom the principal cannot see, or of a place that is not theirs.

    Raises
    ------
    UnknownReference
        The resident is none that the principal could know of.
    Refusal
        Help would be wanted outside the jurisdiction.
    """
    resident_id = need.resident_id
    if resident_id is None:
        check_place(principal, need.community_code)
        return
    is_theirs = principal.acts_for(resident_id)
    if not is_theirs or not store.get_many(Resident, [resident_id], within=principal.within):
        raise UnknownReference("need.resident_id", "Resident", resident_id)


def check_place(principal: Principal, *codes: str | None) -> None:
    """Refuse what lies in none of the areas of a jurisdiction."""
    if not principal.reaches(*codes):
        raise Refusal("forbidden", "This lies outside the areas that the credential reaches.")


def check_passing_on(principal: Principal, jurisdiction: tuple[str, ...] | None) -> None:
    """Refuse to give somebody else a jurisdiction (None: everywhere) that reaches further than one's own."""
    if not principal.covers(jurisdiction):
        raise Refusal("forbidden", "Nobody passes on areas that they do not reach themselves.")
