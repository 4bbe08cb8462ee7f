"""The generated types are those of the service, and the client needs nothing of it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from api.client import answers, requests
from api.client.answers import ContactResource, IssuedApiKey, NewWebhook
from tools.client_types import PACKAGE, document, made

_IMPORTED = "import sys, api.client; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
_NOT_NEEDED = {"fastapi", "graph_models", "matcher", "numpy", "pydantic", "starlette"}


@pytest.fixture(scope="module")
def described() -> Any:
    return document()


def test_files_are_as_made(described: Any) -> None:
    """`make client` would change nothing."""
    expected = made(described)
    for path, text in expected.items():
        assert (PACKAGE / path).read_text(encoding="utf-8") == text, f"run `make client`: {path}"
    folders = {path.partition("/")[0] for path in expected}
    held = {str(each.relative_to(PACKAGE)) for name in folders for each in (PACKAGE / name).glob("*.py")}
    assert held == set(expected)


def test_every_schema_has_a_type(described: Any) -> None:
    names = described["components"]["schemas"].keys() - {"Problem", "Fault"}
    assert {name for name in names if not hasattr(answers, name) and not hasattr(requests, name)} == set()


def test_it_stands_alone() -> None:
    """Importing it loads nothing of the service, nor what the service is made with."""
    ran = subprocess.run([sys.executable, "-c", _IMPORTED], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "httpx2" in loaded
    assert loaded & _NOT_NEEDED == set()


def test_what_is_secret_is_not_printed() -> None:
    """An answer that ends up in a log shows neither a key, nor a secret, nor who somebody is."""
    moment = datetime(2026, 3, 2, tzinfo=UTC)
    key = IssuedApiKey(
        id="k1",
        name="clinic",
        role="dispatcher",
        jurisdiction=None,
        created_at=moment,
        expires_at=None,
        revoked_at=None,
        text="CANARY",
        note=None,
    )
    contact = ContactResource(
        name="CANARY", phone="CANARY", address="CANARY", resident_id="r1", changed_at=moment
    )
    assert "CANARY" not in repr([key, contact])
    assert "clinic" in repr(key)
    assert "r1" in repr(contact)
    unshown = {each.name for each in fields(NewWebhook) if not each.repr}
    assert unshown == {"secret"}
