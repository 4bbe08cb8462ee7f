"""Section 14 of the store contract: what was deleted leaves the files too."""

from __future__ import annotations

import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from graph_models.domain.contacts import Contact
from graph_models.domain.identifiers import ContactId, ResidentId
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.places import Location
from graph_models.ports import GraphStore
from graph_models.stores.opening import file_of
from tests.builders import NOW, a_need, a_resident
from tests.contracts.fixtures import StoreFixtures, delete, put

WORDS = [b"canary_hardship", b"Y2FuYXJ5LWtleS0x", b"Y2FuYXJ5LXRleHQtMQ=="]
POINT = Location(23.123456789, 113.987654321)
NUMBERS = [struct.pack(">d", POINT.latitude), struct.pack(">d", POINT.longitude)]


class Purging(StoreFixtures):
    def test_purging_changes_nothing(self, store: GraphStore) -> None:
        """14.1 Purging changes nothing that can be read, and can be repeated, also while others write."""
        with ThreadPoolExecutor(3) as pool:
            writing = [pool.submit(put, store, a_resident(f"r{number}")) for number in range(2, 42)]
            purging = [pool.submit(store.purge) for _ in range(5)]
        assert [each.result() for each in writing] == [None] * 40
        assert {each.result() for each in purging} <= {True, False}
        before = list(store.scan(Resident)), store.head()
        store.purge()
        assert (list(store.scan(Resident)), store.head()) == before
        assert len(before[0]) == 41

    def test_deleted_bytes_are_gone(self, store: GraphStore, store_url: str) -> None:
        """14.2 No byte of a deleted or replaced value is in the files of a store that says it is purged."""
        contact = Contact(ContactId("r2"), ResidentId("r2"), "k1", WORDS[1].decode(), WORDS[2].decode(), NOW)
        put(store, a_resident("r2", hardship=(WORDS[0].decode(),)))
        put(store, contact, a_need("n2", location=POINT, resident_id="r2"))
        put(store, *(a_need(f"x{number}") for number in range(50)))
        delete(store, Contact, "r2")
        need = store.get(Need, "n2").value
        put(store, replace(need, location=None, resident_id=None))
        delete(store, Resident, "r2")
        if store.purge():
            assert [each for each in (*WORDS, *NUMBERS) if each in bytes_of(store_url)] == []


def bytes_of(store_url: str) -> bytes:
    path = file_of(store_url)
    assert path is not None, "only a store of files can say that they are clean"
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
