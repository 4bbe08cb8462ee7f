"""Needs and providers on a map, over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.schemas.maps import MapQuery
from graph_models.domain.credentials import Role
from graph_models.domain.needs import Urgency
from graph_models.domain.places import Location
from graph_models.stores.sqlite.store import SqliteStore
from matcher.work_queue import WorkQueue
from tests.api.conftest import Client, pointers, problem_of
from tests.api.credentials import headers_in
from tests.builders import DISTRICT, FixedClock, a_need
from tests.matcher.closed_loop.towns import put

GUANGZHOU = "112.9,22.5,114.1,24"


@pytest.mark.parametrize("kind", ["needs", "providers"])
@pytest.mark.parametrize(
    ("query", "name", "blamed"),
    [
        ("zoom=9", "invalid-request", "#/bbox"),
        (f"bbox={GUANGZHOU}", "invalid-request", "#/zoom"),
        (f"bbox={GUANGZHOU}&zoom=25", "invalid-request", "#/zoom"),
        (f"bbox={GUANGZHOU}&zoom=nan", "invalid-request", "#/zoom"),
        ("bbox=1,2,3&zoom=9", "invalid-request", "#/bbox"),
        ("bbox=a,b,c,d&zoom=9", "invalid-request", "#/bbox"),
        ("bbox=114,22,113,24&zoom=9", "rule-broken", "#/bbox"),
        ("bbox=113,22,114,91&zoom=9", "rule-broken", "#/bbox"),
    ],
)
def test_refused(client: TestClient, kind: str, query: str, name: str, blamed: str) -> None:
    assert pointers(problem_of(client.get(f"/v1/map/{kind}?{query}"), name)) == {blamed}


def test_needs(client: TestClient, store_path: Path) -> None:
    with SqliteStore(store_path, FixedClock()) as store:
        put(store, a_need("b", location=Location(23.9, 113.25), urgency=Urgency.STAT), a_need("c"))
    answer = client.get(f"/v1/map/needs?bbox={GUANGZHOU}&zoom=7.9").json()
    assert (answer["total"], answer["cell_degrees"], answer["is_stale"]) == (3, 360 / 2**11, False)
    assert answer["cells"] == [
        {"longitude": 113.25, "latitude": 23.1, "count": 2, "urgency": counted(routine=2)},
        {"longitude": 113.25, "latitude": 23.9, "count": 1, "urgency": counted(stat=1)},
    ]
    assert {each["need_id"]: each["urgency"] for each in answer["points"]} == {
        **{"need-1": "routine", "b": "stat", "c": "routine"}
    }
    north = client.get("/v1/map/needs?bbox=113,23.5,114,24&zoom=12").json()
    assert [each["need_id"] for each in north["points"]] == ["b"]


def test_what_it_is_of(client: TestClient, store_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The revision is that of what was counted, also if the queue goes on before the answer is written."""
    count = WorkQueue.cells
    before = client.get("/v1/queue").json()["graph_revision"]

    def count_and_go_on(queue: WorkQueue, *asked: Any) -> Any:
        found = count(queue, *asked)
        with SqliteStore(store_path, FixedClock()) as store:
            put(store, a_need("later", location=Location(23.9, 113.25)))
        queue.refresh()
        return found

    monkeypatch.setattr(WorkQueue, "cells", count_and_go_on)
    answer = client.get(f"/v1/map/needs?bbox={GUANGZHOU}&zoom=9").json()
    assert (answer["total"], answer["graph_revision"]) == (1, before)


def counted(**counts: int) -> Any:
    return {**dict.fromkeys(Urgency, 0), **counts}


def test_needs_of_others(open_client: Client, store_path: Path) -> None:
    headers = headers_in(store_path, Role.DISPATCHER, "440104")
    answer = open_client().get(f"/v1/map/needs?bbox={GUANGZHOU}&zoom=9", headers=headers).json()
    assert (answer["total"], answer["cells"], answer["points"]) == (0, [], [])


def test_providers(open_client: Client, store_path: Path) -> None:
    """Those that are active, for staff of any area: help crosses boundaries. Nothing says who they are."""
    headers = headers_in(store_path, Role.STAFF, DISTRICT)
    client = open_client()
    answer = client.get(
        f"/v1/map/providers?bbox={GUANGZHOU}&zoom=9&category_id=home_care", headers=headers
    ).json()
    assert set(answer) == {"cell_degrees", "total", "graph_revision", "cells"}
    assert set(answer["cells"][0]) == {"longitude", "latitude", "count", "free_units"}
    assert sum(each["count"] for each in answer["cells"]) == answer["total"] == 3
    assert sum(each["free_units"] for each in answer["cells"]) == 12
    none = client.get(f"/v1/map/providers?bbox={GUANGZHOU}&zoom=9&category_id=none", headers=headers).json()
    assert none["total"] == 0


def test_cells_are_bounded() -> None:
    """Whatever is asked for, nobody gets more cells than can be drawn."""
    for zoom in (0, 9.5, 24):
        query = MapQuery(bbox="-180,-90,180,90", zoom=zoom)
        assert 360 / query.cell_degrees <= 128
