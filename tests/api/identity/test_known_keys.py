"""Keys while the store is away: those seen lately, and no longer than they are trusted."""

from __future__ import annotations

import pytest

from api.identity.known_keys import TRUSTED_SECONDS, KnownKeys
from graph_models.domain.credentials import ApiKey, Role
from graph_models.domain.errors import StoreUnavailable
from tests.builders import NOW

KEY = ApiKey("key-1", "app", "0" * 64, Role.STAFF, (), NOW)


class Keys:
    """What a store says, the seconds that have passed."""

    def __init__(self) -> None:
        self.held: dict[str, ApiKey] = {"key-1": KEY}
        self.is_away = False
        self.seconds = 0.0
        self.known = KnownKeys(self.find, timer=lambda: self.seconds)

    def find(self, key_id: str) -> ApiKey | None:
        if self.is_away:
            raise StoreUnavailable("away")
        return self.held.get(key_id)


def test_the_store_comes_first() -> None:
    """A key that is gone is gone, whatever is remembered of it: also once the store is away."""
    keys = Keys()
    assert keys.known.find("key-1") == KEY
    keys.held.clear()
    assert keys.known.find("key-1") is None
    keys.is_away = True
    with pytest.raises(StoreUnavailable):
        keys.known.find("key-1")


def test_while_it_is_away() -> None:
    """A key that was seen is known for fifteen minutes, another one is not."""
    keys = Keys()
    keys.known.find("key-1")
    keys.is_away = True
    keys.seconds = TRUSTED_SECONDS
    assert keys.known.find("key-1") == KEY
    keys.seconds += 1
    for key_id in ("key-1", "key-2"):
        with pytest.raises(StoreUnavailable):
            keys.known.find(key_id)
