"""One city in both stores gives the same answers, to the byte."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Neo4jServer

CALL = "from api.cli import main; main()"


def lastmeter(url: str, *arguments: str) -> bytes:
    """Run the command in a process of its own and return what it printed, but for the time of it."""
    command = [sys.executable, "-c", CALL, "--store", url, *arguments]
    printed = subprocess.run(command, capture_output=True, check=True).stdout
    return re.sub(rb'"as_of": "[^"]*"', b"", printed)


@pytest.mark.neo4j
def test_sqlite_and_neo4j_answer_alike(neo4j_server: Neo4jServer, tmp_path: Path) -> None:
    """Suggestions from SQLite and from Neo4j are byte-identical."""
    neo4j_server.empty()
    urls = (f"sqlite:///{tmp_path}/city.db", neo4j_server.store_url)
    demos = [lastmeter(url, "demo", "--scale", "0.001", "--json") for url in urls]
    assert demos[0] == demos[1]
    answers = [lastmeter(url, "suggest", "need-000001", "--explain", "--json") for url in urls]
    answers = [re.sub(rb'"as_of": "[^"]+"', b"", each) for each in answers]  # when it was asked
    assert answers[0] == answers[1]
    assert b"provider_id" in answers[0]
