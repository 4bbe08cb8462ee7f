"""Test classes that every implementation of a port inherits; `docs/store-contract.md` is their twin.

A store signs the contract in a few lines::

    class TestMyStore(MyStoreFixtures, GraphStoreContract):
        pass

where ``MyStoreFixtures(StoreFixtures)`` overrides the fixtures ``store_url`` and ``examine``.
"""

from pkgutil import iter_modules

import pytest

pytest.register_assert_rewrite(*(f"{__name__}.{module.name}" for module in iter_modules(__path__)))
