"""Every column of every table meets every cell that it cannot hold: only those rows are kept out."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from graph_models.declarations import NodeType, Property, PropertyType
from graph_models.exchange.columns import Column, columns_of
from graph_models.ports import GraphStore
from graph_models.schema import NODE_TYPES
from tests.battery.figures import record
from tests.battery.nasty_cells import NASTY, NO_KEY, NO_TEXT, NO_WORD
from tests.graph_models.exchange.files import a_store, load_file
from tests.graph_models.exchange.test_bad_rows import GOOD

GOODS: dict[str, dict[str, str]] = {**GOOD, "staff": {"id": "g{}", "role": "grid_worker"}}
WORDS = {"level", "given_datum", "urgency", "status", "escalation_level", "reason", "kind"}
# Columns of one point or period are judged together, and blamed on one of them.
TOGETHER = {"latitude": "point", "longitude": "point", "given": "point", "window": "window"}


def cells_of(node: NodeType, column: Column) -> list[str]:
    """What a column cannot hold."""
    declared = next((each for each in node.properties if each.name == column.name), None)
    if column.name == node.key:
        return [each for each in NO_KEY if each != "no-such-key"]
    if column.target is not None:
        return [f"{each}:0.5" if column.is_pairs else each for each in NO_KEY]
    assert isinstance(declared, Property)
    if column.name in WORDS:
        return NO_WORD[:-1] if column.name == "kind" else NO_WORD  # of kinds there may be more
    if declared.kind is PropertyType.STRING:
        return NO_TEXT
    return NASTY[declared.kind]


CASES = [(node, column) for node in NODE_TYPES for column in columns_of(node.entity).values()]


def a_file(node: NodeType, column: Column, cells: list[str]) -> bytes:
    """A good row, then one for each cell, then a good row again."""
    good = GOODS[node.plural]
    names = [*good, *([] if column.name in good else [column.name])]
    if column.name == "latitude" and "longitude" not in names:
        names.append("longitude")
    if column.name == "longitude" and "latitude" not in names:
        names.append("latitude")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    rows = [{}, *({column.name: each} for each in cells), {}]
    for number, bad in enumerate(rows):
        row = {name: text.format(10 + number) for name, text in good.items()} | bad
        writer.writerow([row.get(name, "") for name in names])
    return out.getvalue().encode("utf-8", "surrogatepass")


@pytest.fixture
def store(tmp_path: Path) -> GraphStore:
    return a_store(tmp_path)


@pytest.mark.parametrize(
    ("node", "column"), CASES, ids=[f"{node.plural}.{column.name}" for node, column in CASES]
)
def test_only_bad_rows_are_kept_out(
    store: GraphStore, tmp_path: Path, node: NodeType, column: Column
) -> None:
    """Each with its line, column, reason; whatever is good beside them is there afterwards."""
    cells = cells_of(node, column)
    with store:
        before = store.count(node.entity)
        report = load_file(store, tmp_path, f"{node.plural}.csv", a_file(node, column, cells))
        lines = sorted({each.line or 0 for each in report.errors})
        missing = [cells[line - 3] for line in range(3, 3 + len(cells)) if line not in lines]
        assert missing == []
        assert lines == list(range(3, 3 + len(cells)))
        assert all(each.reason for each in report.errors)
        assert {_family(each.column or column.name) for each in report.errors} == {_family(column.name)}
        assert store.count(node.entity) == before + 2


def _family(column: str) -> str:
    return TOGETHER.get(column.partition("_")[0], column)


def test_the_corpus_is_large_enough() -> None:
    total = sum(len(cells_of(*case)) for case in CASES)
    assert total >= 300
    record("nasty rows", "sqlite", runs=total)
