"""Settings: from the environment, validated, documented, never shown with a password."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from api.app import create_app
from api.settings import Settings
from graph_models.domain.errors import InvalidValue, StoreError
from matcher.parameters import default_parameters

DOCUMENTATION = Path("docs/api.md")


def test_defaults_are_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without configuration: a file in the working folder, loopback only."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"LASTMETER_{name.upper()}", raising=False)
    settings = Settings()
    assert (settings.store_url, settings.host, settings.port) == ("sqlite:///lastmeter.db", "127.0.0.1", 8000)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    """docs/api.md has a row for each, with its default."""
    default = Settings.model_fields[name].default
    shown = "none" if default is None else f"`{default}`"
    rows = DOCUMENTATION.read_text(encoding="utf-8").splitlines()
    assert any(row.startswith(f"| `LASTMETER_{name.upper()}` | {shown} |") for row in rows)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("PORT", "http"),
        ("MAX_BODY_BYTES", "0"),
        ("LOG_LEVEL", "loud"),
        ("SHUTDOWN_SECONDS", "0"),
    ],
)
def test_bad_values_are_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """A misconfigured service does not start."""
    monkeypatch.setenv(f"LASTMETER_{name}", value)
    with pytest.raises(ValidationError):
        Settings()


def test_password_is_not_shown() -> None:
    """The store's address may hold one."""
    assert "hunter2" not in repr(Settings(store_url="neo4j://neo4j:hunter2@host"))


class TestComposition:
    def test_store_that_cannot_be_opened(self, tmp_path: Path) -> None:
        """The caller gets the reason, before anything listens."""
        with pytest.raises(StoreError, match="does not exist"):
            create_app(Settings(store_url=f"sqlite:///{tmp_path}/no/such.db"))
        with pytest.raises(InvalidValue, match=r"store\.url"):
            create_app(Settings(store_url="mysql://host"))

    @pytest.mark.parametrize("content", [None, b"\xff", b"[weights.default]\nproximity = 2\n"])
    def test_parameters_that_cannot_be_used(self, tmp_path: Path, content: bytes | None) -> None:
        """A missing file, one that is no text, and weights that do not sum to 1."""
        path = tmp_path / "parameters.toml"
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(InvalidValue):
            create_app(Settings(store_url=f"sqlite:///{tmp_path}/city.db", parameters_file=path))

    def test_own_weights_count(self, open_client: Any, tmp_path: Path) -> None:
        """A city's own file decides the weights that are shown and used."""
        text = Path("matcher/parameters.toml").read_text(encoding="utf-8")
        path = tmp_path / "parameters.toml"
        path.write_text(text.replace("proximity = 0.35\nskill = 0.25", "proximity = 0.10\nskill = 0.50"))
        answer = open_client(parameters_file=path).get("/v1/needs/need-1/suggestions").json()
        weights = [answer["suggestions"][0]["factors"][name]["weight"] for name in ("proximity", "skill")]
        assert weights == [0.1, 0.5]
        assert default_parameters().default_weights.proximity == 350_000
