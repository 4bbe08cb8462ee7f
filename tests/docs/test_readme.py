"""The README works as written, top to bottom, in a folder of its own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from graph_models.stores import local_neo4j

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"```bash\n(.*?)```", re.DOTALL)
QUOTED = re.compile(r"```text\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


@pytest.mark.neo4j
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("neo4j_server")
def test_blocks_run_in_order(tmp_path: Path) -> None:
    """Every block runs, each seeing what the ones before it left; quoted output is what comes out."""
    for shared in ("data", ".venv"):
        (tmp_path / shared).symlink_to(ROOT / shared)
    for copied in ("Makefile", "pyproject.toml", "requirements/runtime.txt"):
        (tmp_path / copied).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / copied, tmp_path / copied)
        os.utime(tmp_path / copied, (0, 0))  # older than the environment: what is installed stays
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = "\n".join(BLOCK.findall(readme))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LASTMETER_")}
    try:
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    finally:  # a block that failed left the rest of its clean-up undone
        local_neo4j.kill(tmp_path / ".lastmeter/neo4j")
    assert ran.returncode == 0, ran.stderr[-3000:]
    for quoted in QUOTED.findall(readme):
        assert quoted in ran.stdout
    assert "Redwood" in ran.stdout


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/**/*.md")), ids=str)
def test_links_lead_somewhere(page: Path) -> None:
    """A relative link names a file of the project."""
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
