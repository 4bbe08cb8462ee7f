"""Test classes that every implementation of a port inherits; `docs/store-contract.md` is their twin.

A store signs the contract in a few lines::

    class TestMyStore(MyStoreFixtures, GraphStoreContract):
        pass

where ``MyStoreFixtures(StoreFixtures)`` overrides the fixture ``store_url``.
"""

import pytest

pytest.register_assert_rewrite("tests.contracts")
