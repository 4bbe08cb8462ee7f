"""The whole contract of `graph_models.ports.GraphStore` in one class to inherit."""

from __future__ import annotations

from tests.contracts.backup import Backups
from tests.contracts.chain import Chain
from tests.contracts.concurrency import CapacityAccounts, TwoWriters
from tests.contracts.feed import ChangeFeed
from tests.contracts.fixtures import StoreFixtures
from tests.contracts.graphs import Graphs
from tests.contracts.jurisdiction import Jurisdiction
from tests.contracts.lifecycle import KilledWhileWriting, OpeningAndClosing
from tests.contracts.purging import Purging
from tests.contracts.reading import Reading
from tests.contracts.round_trips import RoundTrips
from tests.contracts.rules import Hierarchy, References, SeveralRules, Taxonomy
from tests.contracts.writing import Idempotence, Writing

__all__ = ["GraphStoreContract", "StoreFixtures"]


class GraphStoreContract(
    RoundTrips,
    Writing,
    Idempotence,
    References,
    Taxonomy,
    Hierarchy,
    SeveralRules,
    CapacityAccounts,
    TwoWriters,
    ChangeFeed,
    Reading,
    OpeningAndClosing,
    KilledWhileWriting,
    Graphs,
    Chain,
    Jurisdiction,
    Backups,
    Purging,
):
    """Every section; a store inherits this beside its own `StoreFixtures`."""
