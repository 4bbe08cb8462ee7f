"""What the closed loop counts of a provider, which no file knows better once there are referrals."""

from __future__ import annotations

from graph_models.domain.providers import Provider
from graph_models.domain.referrals import Referral
from graph_models.exchange.checking import Candidate
from graph_models.exchange.problems import Finding, Severity, value_class
from graph_models.ports import GraphStore
from graph_models.records import Row, to_row

COUNTED = ("capacity_reserved", "capacity_consumed", "recent_referrals", "last_referral_at")


def without_counts(store: GraphStore, candidate: Candidate, current: Provider) -> Row:
    """Return the columns of a row that take effect on the provider that is stored.

    Those that the loop counts do not, with a warning, if the store has referrals of the provider: they
    would no longer be what its referrals say.
    """
    row, given, stored = candidate.row, to_row(candidate.value), to_row(current)
    stale = [name for name in COUNTED if name in row.row and given[name] != stored[name]]
    if not stale or not store.page(Referral, where={"provider_id": current.id}, limit=1).items:
        return row.row
    reason = f"{', '.join(stale)} kept: the referrals of this provider account for it"
    finding = Finding(stale[0], value_class(given[stale[0]]), reason, severity=Severity.WARNING)
    if finding not in row.findings:  # a batch that somebody else crossed is compared again
        row.findings.append(finding)
    return {name: cell for name, cell in row.row.items() if name not in COUNTED}
