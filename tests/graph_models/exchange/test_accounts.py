"""A load of providers that the closed loop works with leaves its accounts as the referrals say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph_models.domain.providers import Capacity, Provider
from graph_models.domain.referrals import ReferralStatus
from graph_models.exchange.loading import load
from graph_models.exchange.tables import write_tables
from graph_models.ports import GraphStore
from graph_models.stores.opening import open_store
from matcher.closed_loop.desk import Desk
from matcher.closed_loop.policy import LoopPolicy
from tests.builders import FixedClock
from tests.graph_models.exchange.files import load_file, providers_csv, reasons
from tests.matcher.closed_loop.towns import an_act, an_offer, check_accounts, check_counts, put, town

AT_FIRST = {"p2": Capacity(5, consumed=1), "h1": Capacity(5, consumed=1)}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    with open_store(f"sqlite:///{tmp_path / 'town.db'}", FixedClock()) as opened:
        put(opened, *town())
        yield opened


def work(store: GraphStore, serving: str = "p2") -> None:
    """A unit of p1 is held, two of another are served."""
    desk = Desk(store, LoopPolicy())
    desk.offer("n1", an_offer("p1", 1), an_act(), expected_revision=1)
    asked = desk.offer("n1", an_offer(serving, 2), an_act(), expected_revision=2)
    for status in (ReferralStatus.ACCEPTED, ReferralStatus.COMPLETED):
        desk.move(asked.value.id, status, an_act())


def a_night(available: int, maximum: int = 5, name: str = "Meals") -> str:
    """A nightly file of a directory that knows nothing of what was offered here."""
    capacities = [{"id": "c", "available": available, "maximum": maximum}]
    return json.dumps([{"id": "h1", "name": name, "status": "active", "capacities": capacities}])


def test_the_same_tables_again(store: GraphStore, tmp_path: Path) -> None:
    """What was exported before the work takes back none of it, and says so; other columns take effect."""
    write_tables(tmp_path / "in", [each.value for each in store.scan(Provider)])
    work(store)
    report = load(store, [tmp_path / "in"], crs="wgs84")
    check_accounts(store, AT_FIRST)
    check_counts(store)
    assert (report.error_count, report.kinds["providers"].unchanged) == (0, 3)
    kept = {each.record: each.reason.partition(" kept")[0] for each in report.warnings}
    assert kept == {
        1: "capacity_reserved, recent_referrals, last_referral_at",
        2: "capacity_consumed, recent_referrals, last_referral_at",
    }


def test_a_directory_again(store: GraphStore, tmp_path: Path) -> None:
    """HSDS states what is available: that is no account of referrals, the total is taken all the same."""
    load_file(store, tmp_path, "night.json", a_night(available=4))
    work(store, serving="h1")
    load_file(store, tmp_path, "night.json", a_night(available=7, maximum=8, name="Lunch"))
    check_accounts(store, AT_FIRST)
    seen = store.get(Provider, "h1").value
    assert (seen.name, seen.capacity) == ("Lunch", Capacity(8, consumed=3))


def test_nobody_was_asked(store: GraphStore, tmp_path: Path) -> None:
    """A provider without referrals is as full as its directory says."""
    for available in (4, 2):
        load_file(store, tmp_path, "night.json", a_night(available))
    assert store.get(Provider, "h1").value.capacity == Capacity(5, consumed=3)


def test_a_total_below_what_is_taken(store: GraphStore, tmp_path: Path) -> None:
    """Such a row is kept out, with the column and the rule."""
    work(store)
    header = "id,kind,name,capacity_total,capacity_consumed"
    report = load_file(store, tmp_path, "providers.csv", providers_csv("p2,station,x,2,0", header=header))
    assert [each.column for each in report.errors] == ["capacity_total"]
    assert "cover reserved and consumed units" in reasons(report)[0]
    check_accounts(store, AT_FIRST)
