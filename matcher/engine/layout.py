"""Laying all living rows out anew: in the order of their places, without gaps."""

from __future__ import annotations

import numpy as np

from matcher.curve import curve_order
from matcher.engine import keys
from matcher.engine.compiling import compiled_aside
from matcher.engine.growing import Int32Array, Int64Array
from matcher.engine.nodes import blank_nodes, cover_rows
from matcher.engine.rows import RowLists, Table, gathered, worth_of
from matcher.engine.snapshot import Snapshot

NEIGHBOURS = 1_024  # rows


def _neighbourhood_order(table: Table, lists: RowLists) -> Int64Array:
    """Return the order within each neighbourhood: by skill, then the best first.

    So few nodes of a neighbourhood have a skill, and fewer of these a row worth listing. Of several
    skills the rarest counts: who looks for a frequent one finds it elsewhere as well.
    """
    frequency = np.bincount(lists.skills, minlength=1)
    skills, worths = _most_particular(table, lists, frequency)
    return np.lexsort((-worths, skills, np.arange(len(table)) // NEIGHBOURS))


@compiled_aside
def _most_particular(table: Table, lists: RowLists, frequency: Int64Array) -> tuple[Int32Array, Int64Array]:
    """Return the rarest skill of each row, -1 if it has none, and what it can be worth."""
    skills, worths = np.full(len(table), -1, np.int32), np.empty(len(table), np.int64)
    for at in range(len(table)):
        row = table[at]
        worths[at] = worth_of(table, lists, at)
        for place in range(row.offers_at, row.offers_at + row.offers):
            number = lists.skills[place]
            if skills[at] < 0 or frequency[number] < frequency[skills[at]]:
                skills[at] = number
    return skills, worths


def laid_out(snapshot: Snapshot, words: int) -> Snapshot:
    """Return the living rows of a snapshot in arrays of their own.

    Parameters
    ----------
    words
        Words that the skills of a node take.
    """
    alive = np.flatnonzero(snapshot.table["is_alive"][: snapshot.used])
    places = snapshot.table[alive]
    order = alive[curve_order(places["latitude"], places["longitude"])]
    order = order[_neighbourhood_order(snapshot.table[order], snapshot.lists)]
    table = snapshot.table[order]
    skills, levels, texts = gathered(table, snapshot.lists.skills, snapshot.lists.levels, snapshot.texts)
    lists = snapshot.lists._replace(skills=skills, levels=levels)
    nodes = blank_nodes(len(table), words)
    cover_rows(nodes, table, lists, len(table))
    slots = keys.blank_slots(len(table))
    keys.enter_rows(slots, table, texts, len(table))
    return snapshot._replace(
        table=table,
        used=len(table),
        lists=lists,
        texts=texts,
        nodes=nodes,
        slots=slots,
        log=np.empty(0, np.int32),
        generation=snapshot.generation + 1,
    )
