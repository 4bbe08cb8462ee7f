"""The page for receivers holds: its example verifies real messages, its numbers are those of the program."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from api.clock import SystemClock
from api.webhooks import sending
from api.webhooks.payloads import body_of
from api.webhooks.schedule import MAX_ATTEMPTS
from api.webhooks.signing import new_secret, signed_headers
from api.webhooks.targets import ALLOWED_PORTS
from graph_models.domain.audit import AuditEvent
from tests.builders import NOW

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")
BODY = b'{"id": "a1"}'


@pytest.fixture
def is_authentic() -> Callable[[str, dict[str, str], bytes], bool]:
    """The function that receivers are given."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    namespace: dict[str, Callable[[str, dict[str, str], bytes], bool]] = {}
    exec(code, namespace)
    return namespace["is_authentic"]


def test_the_example_accepts_what_is_sent_and_nothing_else(
    is_authentic: Callable[[str, dict[str, str], bytes], bool],
) -> None:
    old, new, now = new_secret(), new_secret(), SystemClock().now()
    headers = signed_headers([new, old], "a1", now, BODY)
    assert is_authentic(old, headers, BODY)
    assert is_authentic(new, headers, BODY)
    assert not is_authentic(new_secret(), headers, BODY)
    assert not is_authentic(new, headers, BODY + b" ")
    assert not is_authentic(new, headers | {"webhook-id": "a2"}, BODY)
    late = signed_headers([new], "a1", now - timedelta(minutes=6), BODY)
    assert not is_authentic(new, late, BODY)


def test_the_message_on_the_page_is_what_is_sent() -> None:
    (shown,) = re.findall(r"```http\n.*?\n\n(.*?)```", PAGE, re.DOTALL)
    key = "20260302T010000.000000-3fd0b92dcbf9"
    event = AuditEvent(key, NOW, "w1", "staff", "referral.accepted", "Referral", "f1", "n1")  # type: ignore[arg-type]
    assert json.loads(shown) == json.loads(body_of(event))


def test_the_numbers_on_the_page_are_those_of_the_program() -> None:
    assert MAX_ATTEMPTS == 10
    assert "A message is tried ten times" in PAGE
    assert f"none within {sending.DEADLINE_SECONDS:.0f} seconds" in PAGE
    assert " or ".join(map(str, sorted(ALLOWED_PORTS))) in PAGE
