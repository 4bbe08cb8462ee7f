"""What the search for one need cannot do without: the floor under its time."""

from __future__ import annotations

from typing import NamedTuple

from matcher.engine.compiling import compiled
from matcher.engine.glimpses import ROW_BITS, rows_offering, words_of_hours
from matcher.engine.nodes import FAN_BITS
from matcher.engine.question import Question
from matcher.engine.search import node_bound
from matcher.engine.snapshot import Snapshot


class Footprint(NamedTuple):
    """What a search reads that knows from the start how much the last suggestion is worth.

    Parameters
    ----------
    nodes
        Opened: what is below each of them lies together.
    rows
        That may offer what is asked for.
    size
        Bytes of all nodes and rows that there are.
    """

    nodes: int
    rows: int
    size: int


@compiled
def footprint(question: Question, snapshot: Snapshot, least: int) -> Footprint:
    """Count what lies in the way to all rows that could be worth `least`, in units of 1e-12."""
    aim, nodes, asked = question.aim, snapshot.nodes, question.skills
    hours = words_of_hours(aim.hour_bits)
    firsts, boxes, skills = nodes.firsts, nodes.boxes, nodes.skills
    opened, rows, level = 0, 0, len(firsts) - 2
    waiting = [(level, node) for node in range(firsts[level], firsts[level + 1])]
    while waiting:
        level, node = waiting.pop()
        bound = node_bound(aim, boxes[node], skills, node, asked.usable_bits, asked.same_bits, asked.second)
        if bound < least:
            continue
        opened += 1
        if level:
            first = firsts[level - 1] + ((node - firsts[level]) << FAN_BITS)
            last = min(first + (1 << FAN_BITS), firsts[level])
            waiting.extend([(level - 1, child) for child in range(first, last)])
            continue
        offering = rows_offering(nodes.marks, node, asked.usable_marks, asked.ends, hours)
        for place in range(1 << ROW_BITS):
            rows += offering >> place & 1
    size = snapshot.table.nbytes + boxes.nbytes + skills.nbytes + nodes.glimpses.nbytes + nodes.marks.nbytes
    return Footprint(opened, rows, size)
