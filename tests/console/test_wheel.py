"""What `pip install` brings: a wheel serves the console that was built before it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from api.console.assets import BUILT, is_built
from tests.console.conftest import lacking

ROOT = Path(__file__).parents[2]
SERVES = """
from pathlib import Path
from starlette.applications import Starlette
from starlette.testclient import TestClient
from api.console import assets, pages
assert Path(assets.BUILT).is_relative_to(Path.cwd()), assets.BUILT
with TestClient(Starlette(routes=pages.console_routes(assets.BUILT))) as browser:
    print(browser.get("/console/").status_code)
"""


def test_a_wheel_serves_the_console(tmp_path: Path) -> None:
    """All that was built is in it, nothing that it was built from, and from there alone it is served."""
    if not is_built():
        lacking("the console is not built; run `make console`")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", tmp_path, ROOT], check=True)
    [wheel] = tmp_path.glob("*.whl")
    with ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "installed")
    installed = tmp_path / "installed"
    brought = {path.relative_to(installed) for path in installed.rglob("*") if path.is_file()}
    assert {path.relative_to(ROOT) for path in BUILT.rglob("*") if path.is_file()} <= brought
    assert not any(path.is_relative_to("api/console/web") for path in brought)
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONSAFEPATH": "1"}
    asked = [sys.executable, "-c", SERVES]
    served = subprocess.run(asked, cwd=installed, env=environment, check=True, capture_output=True, text=True)
    assert served.stdout.split() == ["200"]
