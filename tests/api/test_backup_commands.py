"""The commands `backup`, `restore` and `migrate`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from graph_models.schema import SCHEMA_VERSION
from tests.api.command_line import Run

VERSION_1 = Path(__file__).parents[1] / "graph_models" / "stores" / "version_1" / "sqlite.sql"


def test_there_and_back(run: Run, demo_file: Path, tmp_path: Path) -> None:
    """What is backed up is restored: the same counts, the same head and chain."""
    file = tmp_path / "city.backup"
    made = run("--store", f"sqlite:///{demo_file}", "backup", file, "--json")
    assert made.status == 0
    assert made.json["file"] == str(file)
    assert made.json["counts"]["providers"] > 0
    restored = run("restore", file, "--json")
    assert restored.status == 0
    assert restored.json == made.json
    status = run("status", "--json")
    assert status.json["change_feed_head"] == made.json["change_feed_head"]
    again = run("restore", file)
    assert (again.status, again.out) == (1, "")
    assert again.err == "lastmeter: the store is not empty; restore into a new one\n"


def test_backup_tells_its_chain(run: Run, demo_file: Path, tmp_path: Path) -> None:
    """People are told how much there is and the chain; a store that is not there is not made."""
    ended = run("--store", f"sqlite:///{demo_file}", "backup", tmp_path / "a.backup")
    assert "change sets in" in ended.out
    assert "chain " in ended.out
    missing = run("backup", tmp_path / "b.backup")
    assert missing.status == 1
    assert "there is no store at" in missing.err
    assert not (tmp_path / "city.db").exists()


def test_migrate(run: Run, tmp_path: Path) -> None:
    """A store of version 1 is refused until it is migrated; migrating it again does nothing."""
    with closing(sqlite3.connect(tmp_path / "city.db")) as connection:
        connection.executescript(VERSION_1.read_text(encoding="utf-8"))
    refused = run("status")
    assert refused.status == 1
    assert "`lastmeter migrate` takes it forward" in refused.err
    assert run("migrate", "--json").json == {"from_version": 1, "schema_version": SCHEMA_VERSION}
    assert run("status", "--json").json["change_feed_head"] == 6
    assert run("migrate").out == f"schema version was {SCHEMA_VERSION}\n"


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_no_file_named(run: Run, command: str) -> None:
    """Without a file it is wrong usage."""
    assert run(command).status == 2
