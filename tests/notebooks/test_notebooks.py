"""Notebooks are code: they run, and git holds no output of theirs."""

from __future__ import annotations

import ast
import re
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

    def test_asserts_the_figures_of_its_answer(self, path: Path) -> None:
        """Every number in the prose of the first cell is one that some cell asserts."""
        first, *rest = nbformat.read(path, as_version=4).cells
        asserted = {
            abs(float(node.value)) if isinstance(node.value, int | float) else node.value
            for cell in rest
            if cell.cell_type == "code"
            for statement in ast.walk(ast.parse(cell.source))
            if isinstance(statement, ast.Assert)
            for node in ast.walk(statement)
            if isinstance(node, ast.Constant)
        }
        prose = re.sub("`[^`]*`", "", first.source)
        figures = [each.replace(",", "") for each in re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", prose)]
        assert [each for each in figures if not {each, float(each)} & asserted] == []


def test_there_are_notebooks() -> None:
    """An empty folder would make the tests above pass."""
    assert NOTEBOOKS
