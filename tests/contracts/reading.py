"""Section 8 of the store contract: single values, pages, scans and counts."""

from __future__ import annotations

from threading import Event, Thread

import pytest

from graph_models.domain.errors import InvalidValue, NotFound
from graph_models.domain.needs import Need, NeedStatus, Urgency
from graph_models.domain.places import Area
from graph_models.domain.providers import Provider
from graph_models.domain.skills import Skill
from graph_models.ports import GraphStore, Page, Stored
from graph_models.records import to_columns
from graph_models.schema import ALL_TYPES
from tests.builders import COMMUNITY, STREET, a_need, a_provider
from tests.contracts.fixtures import StoreFixtures, delete, put, seed
from tests.contracts.values import complete_values, sparse_values


def _walk(store: GraphStore, limit: int, **where: str) -> list[str]:
    keys: list[str] = []
    after = None
    while True:
        page = store.page(Provider, where=where or None, after=after, limit=limit)
        assert len(page.items) <= limit
        keys += [item.value.id for item in page.items]
        if page.next_after is None:
            return keys
        after = page.next_after


class Reading(StoreFixtures):
    def test_nothing_has_the_key(self, store: GraphStore) -> None:
        """8.1 Reading a key that nothing of the kind has is refused, naming kind and key."""
        with pytest.raises(NotFound) as caught:
            store.get(Skill, "p1")
        assert (caught.value.kind, caught.value.key) == ("Skill", "p1")

    def test_many_at_once(self, store: GraphStore) -> None:
        """8.2 Those of many keys that exist come back by key, however many are asked for."""
        put(store, *[a_provider(f"x{n:04}") for n in range(1_500)])
        asked = [f"x{n:04}" for n in range(-10, 2_000)] + ["x0001"]
        found = store.get_many(Provider, asked)
        assert set(found) == {f"x{n:04}" for n in range(1_500)}
        assert found["x0007"] == Stored(a_provider("x0007"), 1)
        assert store.get_many(Provider, []) == {}

    @pytest.mark.parametrize("key", ["", "p1 ", "P1", "p1\0", "\0", "\udcff", "p" * 10_000, '"p1"', "不"])
    def test_any_text_can_be_asked_for(self, store: GraphStore, key: str) -> None:
        """8.1 A text that cannot be a key is the key of nothing, not an error of another kind."""
        with pytest.raises(NotFound):
            store.get(Provider, key)
        assert set(store.get_many(Provider, [key, "p1"])) == {"p1"}

    @pytest.mark.parametrize("limit", [1, 7, 100, 10_000])
    def test_pages_are_in_key_order(self, store: GraphStore, limit: int) -> None:
        """8.3 Pages of any size give each value once, in order of the key's code points."""
        keys = ["A", "B", "Z.9", "a", "a-b", "a.b", "a0", "a_b", "aa", "b", "p1", "z~"]
        put(store, *[a_provider(key) for key in reversed(keys)])
        assert _walk(store, limit) == sorted(keys)

    def test_last_page_ends(self, store: GraphStore) -> None:
        """8.4 The last page says so, also when it is full; a page past the end is empty."""
        put(store, a_provider("p2"), a_provider("p3"), a_provider("p4"))
        assert store.page(Provider, limit=2).next_after == "p2"
        assert store.page(Provider, after="p2", limit=2).next_after is None
        assert store.page(Provider, after="p4").items == ()
        assert store.page(Provider, after="p4").next_after is None

    @pytest.mark.parametrize("limit", [0, -1, 10_001])
    def test_page_size_is_limited(self, store: GraphStore, limit: int) -> None:
        """8.5 A page of fewer than 1 or more than 10,000 values is refused."""
        with pytest.raises(InvalidValue):
            store.page(Provider, limit=limit)

    def test_filters(self, store: GraphStore) -> None:
        """8.6 A page holds those values only for which every filter is equal."""
        put(store, a_provider("p2", kind="station"), a_provider("p3", kind="station", community_code=None))
        put(store, a_need("n2", urgency=Urgency.STAT), a_need("n3", status=NeedStatus.DRAFT))
        assert _walk(store, 10, kind="station") == ["p2", "p3"]
        assert _walk(store, 10, kind="station", community_code=COMMUNITY) == ["p2"]
        assert _walk(store, 1, community_code=COMMUNITY) == ["p1", "p2"]
        assert _walk(store, 10, kind="no such") == []
        page = store.page(Need, where={"urgency": "routine", "status": "active"})
        assert [item.value.id for item in page.items] == ["n1"]
        assert [item.value.code for item in store.page(Area, where={"parent_code": STREET}).items] == [
            COMMUNITY
        ]

    def test_every_declared_filter_works(self, store: GraphStore) -> None:
        """8.6 Every indexed property and every to-one relationship is a filter."""
        put(store, *complete_values())
        for node in ALL_TYPES:
            for name in node.filters():
                for each in store.scan(node.entity):
                    wanted = getattr(each.value, name)
                    if wanted is not None:
                        page = store.page(node.entity, where={name: str(wanted)}, limit=10_000)
                        assert each in page.items
                        assert all(getattr(item.value, name) == wanted for item in page.items)

    @pytest.mark.parametrize("name", ["name", "id", "skills", "nothing", "kind = kind OR kind", ""])
    def test_other_filters_are_refused(self, store: GraphStore, name: str) -> None:
        """8.7 A filter that the schema does not declare is refused, naming those that it does."""
        with pytest.raises(InvalidValue, match="kind, community_code, member_of"):
            store.page(Provider, where={name: "x"})

    @pytest.mark.parametrize("text", ["\ud800", "a\x00b", "no such", "x" * 10_000])
    def test_texts_that_no_value_holds(self, store: GraphStore, text: str) -> None:
        """8.11 A filter for what cannot be stored finds nothing; a page behind what is no key is refused."""
        assert store.page(Provider, where={"kind": text}) == Page((), None)
        with pytest.raises(InvalidValue, match=r"page\.after must be 1 to 128 letters"):
            store.page(Provider, after=text)

    def test_paging_while_others_write(self, store: GraphStore) -> None:
        """8.8 A value that is there throughout is seen exactly once, whatever is written meanwhile."""
        lasting = [f"m{n:04}" for n in range(0, 2_000, 2)]
        put(store, *[a_provider(key) for key in lasting])
        stop = Event()

        def disturb() -> None:
            number = 1
            while not stop.is_set():
                key = f"m{number % 2_000:04}"
                put(store, a_provider(key), a_provider("m0000", name=f"changed {number}"))
                delete(store, Provider, key)
                number += 2

        writer = Thread(target=disturb)
        writer.start()
        try:
            walks = [_walk(store, 50) for _ in range(3)]
            walks.append([each.value.id for each in store.scan(Provider)])
            walks.append([key for part in store.scan_columns(Provider, ["id"]) for key in part["id"]])
        finally:
            stop.set()
            writer.join()
        for seen in walks:
            assert seen == sorted(set(seen))
            assert set(lasting) <= set(seen)

    def test_scan(self, store: GraphStore) -> None:
        """8.9 A scan gives every value of the kind once, with its revision, in key order."""
        put(store, *[a_provider(f"x{n:05}") for n in range(2_500)])
        put(store, a_provider("x00007"))
        found = list(store.scan(Provider))
        assert [each.value.id for each in found] == ["p1", *(f"x{n:05}" for n in range(2_500))]
        assert found[8] == Stored(a_provider("x00007"), 2)

    def test_scan_of_columns(self, store: GraphStore) -> None:
        """8.12 A scan of columns gives what the values hold, flattened, in key order, in parts."""
        put(store, *complete_values(), *sparse_values())
        put(store, *[a_provider(f"x{n:05}") for n in range(6_000)])
        put(store, *[a_provider(f"y{n:05}", name=f"y {n}") for n in range(6_000)])
        for node in ALL_TYPES:
            for names in (node.columns(), (node.columns()[-1],), node.columns()[:2][::-1]):
                values = [each.value for each in store.scan(node.entity)]
                parts = list(store.scan_columns(node.entity, names))
                assert all(tuple(part) == names for part in parts)
                assert all(len(held) <= 10_000 for part in parts for held in part.values())
                scanned = {name: [held for part in parts for held in part[name]] for name in names}
                assert scanned == to_columns(node.entity, values, names)

    @pytest.mark.parametrize("names", [[], ["nothing"], ["id", "id, name"], ["revision"]])
    def test_other_columns_are_refused(self, store: GraphStore, names: list[str]) -> None:
        """8.13 A scan of no column, or of one that the kind does not have, is refused."""
        with pytest.raises(InvalidValue, match=r"scan\.names must name some of id, kind, name"):
            next(store.scan_columns(Provider, names))

    def test_columns_of_nothing(self, empty: GraphStore) -> None:
        """8.12 Where there is no value there is no part."""
        assert list(empty.scan_columns(Provider, ["id"])) == []

    def test_count(self, store: GraphStore) -> None:
        """8.10 A count is the number of values of the kind."""
        held = [type(value) for value in seed()]
        for node in ALL_TYPES:
            assert store.count(node.entity) == held.count(node.entity)
        put(store, a_provider("p2"), a_provider("p1"))
        delete(store, Provider, "p2")
        assert store.count(Provider) == 1
