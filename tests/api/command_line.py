"""Running the command line in a test."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from tests.lapsing import take_off_what_lapsed


@dataclass
class Ended:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def timeless(self) -> str:
        """What was printed, without the time as of which it holds."""
        return re.sub(r'"as_of": "[^"]*"', "", self.out)


Run = Callable[..., Ended]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command line as its entry point does, on a store in an empty folder."""
    monkeypatch.setenv("LASTMETER_STORE_URL", f"sqlite:///{tmp_path}/city.db")
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: object) -> Ended:
        monkeypatch.setattr("sys.argv", ["lastmeter", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        status = ended.value.code
        return Ended(int(status or 0), *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small demo city, built once by the command itself."""
    path = tmp_path_factory.mktemp("demo") / "city.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["lastmeter", "--store", f"sqlite:///{path}", "demo", "--scale", "0.002"])
        with pytest.raises(SystemExit):
            main()
    take_off_what_lapsed(path)
    return path
