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
from tests.api.command_line import Run

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


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "hunter2", "Input should be a valid integer, unable to parse string as an integer"),
        ("LOG_LEVEL", "loud", "Input should be 'debug', 'info', 'warning' or 'error'"),
        ("HOLD_MINUTES", "hunter2", "Input should be a JSON object"),
        ("HOLD_MINUTES", '{"never": 1}', "Input should be 'routine', 'urgent', 'asap' or 'stat'"),
    ],
)
def test_commands_name_a_bad_value(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    """One line with the variable and the rule, not what it holds."""
    monkeypatch.setenv(f"LASTMETER_{name}", value)
    ended = run("status")
    assert (ended.status, ended.out, ended.err) == (1, "", f"lastmeter: LASTMETER_{name}: {told}\n")


def test_keys_file_that_is_not_there(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Who needs it is told so in one line; who makes it is not kept from that."""
    file = tmp_path / "master.keys"
    monkeypatch.setenv("LASTMETER_KEYS_FILE", str(file))
    for command in (("serve", "--port", "0"), ("keys", "rewrap")):
        ended = run(*command)
        told = "lastmeter: LASTMETER_KEYS_FILE: the key file must be readable (FileNotFoundError)\n"
        assert (ended.status, ended.out, ended.err) == (1, "", told)
    assert run("keys", "new", file).status == 0
    assert run("status").err.startswith("lastmeter: there is no store")


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
