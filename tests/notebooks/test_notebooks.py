"""Notebooks are code: they run, and git holds no output of theirs."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
class TestNotebook:
    def test_runs(self, path: Path) -> None:
        """Every cell runs, in a time limit, in a kernel of its own."""
        notebook = nbformat.read(path, as_version=4)
        NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(path.parent)}}).execute()
        ran = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(cell.execution_count for cell in ran)

    def test_is_stripped(self, path: Path) -> None:
        """No outputs and no execution counts are committed."""
        for cell in nbformat.read(path, as_version=4).cells:
            assert not cell.get("outputs")
            assert not cell.get("execution_count")

    def test_says_its_question_first(self, path: Path) -> None:
        """The first cell is prose with the question that the notebook answers."""
        first = nbformat.read(path, as_version=4).cells[0]
        assert first.cell_type == "markdown"
        assert "?" in first.source


def test_there_are_notebooks() -> None:
    """An empty folder would make the tests above pass."""
    assert NOTEBOOKS
