from __future__ import annotations

from collections.abc import Iterator

import pytest
from joserfc.jwk import ECKey

from tests.api.identity.provider import JwksServer, Timer, an_ec_key, key_set


@pytest.fixture(scope="session")
def ec_key() -> ECKey:
    return an_ec_key()


@pytest.fixture
def provider(ec_key: ECKey) -> Iterator[JwksServer]:
    with JwksServer(key_set(ec_key)).running() as server:
        yield server


@pytest.fixture
def timer() -> Timer:
    return Timer()
