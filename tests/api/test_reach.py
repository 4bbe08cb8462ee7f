"""What somebody may write about."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from api.http.problems import Refusal
from api.identity.principal import Principal
from api.reach import check_reach
from graph_models.domain.credentials import Role
from graph_models.domain.errors import UnknownReference
from tests.api.credentials import store_of
from tests.builders import DISTRICT, a_need


@pytest.mark.parametrize("areas", [None, (DISTRICT,)])
def test_a_resident_asks_for_no_one_else(client: TestClient, areas: tuple[str, ...] | None) -> None:
    """Neither for another resident nor in nobody's name, of whose needs the app would see nothing after."""
    own = Principal("user:1", Role.RESIDENT_APP, areas, "t", resident_id="resident-1")
    store = store_of(client)
    check_reach(store, own, a_need(resident_id="resident-1"))
    with pytest.raises(UnknownReference):
        check_reach(store, own, a_need(resident_id="resident-2"))
    with pytest.raises(Refusal, match="name it in `resident_id`"):
        check_reach(store, own, a_need(resident_id=None))
