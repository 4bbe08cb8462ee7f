"""Test classes that every implementation of a port inherits; `docs/store-contract.md` is their twin.

A store signs the contract in a few lines::

    class TestMyStore(MyStoreFixtures, GraphStoreContract):
        pass

where ``MyStoreFixtures(StoreFixtures)`` overrides the fixtures ``store_url`` and ``examine``.
"""

import sys
from pkgutil import iter_modules

# The dozens of worker processes start without pytest, which would double what they import.
if "pytest" in sys.modules:
    names = (f"{__name__}.{module.name}" for module in iter_modules(__path__))
    sys.modules["pytest"].register_assert_rewrite(*names)
