"""The engine's lists against a look at every provider: ``python -m tests.benchmarks.truth SCALE NEEDS``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import chain
from math import sqrt
from time import perf_counter

import numpy as np

from graph_models.city.generate import generate_city
from graph_models.domain.needs import NeedStatus
from graph_models.domain.providers import Provider
from matcher.catalogue import compile_catalogue
from matcher.context import NeedContext, gather_context
from matcher.engine import Engine
from matcher.engine.compiling import compiled, inlined
from matcher.engine.growing import Int32Array
from matcher.engine.judging import RADIUS_M, plain_bits
from matcher.engine.question import Question
from matcher.engine.ranking import PLAIN, Terms, blank_ranking
from matcher.engine.search import Found, consider, describe, nothing_found
from matcher.engine.snapshot import Snapshot
from matcher.parameters import default_parameters

SPARE_M = 10.0  # more than binary arithmetic is off


@inlined
def may_be_skilled(usable: Int32Array, offered: Int32Array) -> bool:
    """Whether each required skill is among those offered, or one that can stand in for it."""
    for required in range(len(usable)):
        found = False
        for number in offered:
            found |= usable[required, number] > 0
        if not found:
            return False
    return True


@compiled
def among_all(question: Question, snapshot: Snapshot, limit: int, terms: Terms) -> Found:
    """Judge every row, with no tree, no ranking by phone and no bound."""
    ranking, values = blank_ranking(limit, terms), np.empty(5, np.int64)
    aim, table = question.aim, snapshot.table
    usable, skills = question.skills.usable, snapshot.lists.skills
    is_near = not aim.is_remote and aim.is_placed
    for at in range(snapshot.used):
        row = table[at]
        if plain_bits(aim, row, 0):  # wherever it is
            continue
        if is_near:
            east, north, up = row.x - aim.x, row.y - aim.y, row.z - aim.z
            away_m = RADIUS_M * sqrt(east * east + north * north + up * up)  # through the Earth
            if away_m > min(row.max_travel, aim.radius) + SPARE_M:
                continue
        if not may_be_skilled(usable, skills[row.offers_at : row.offers_at + row.offers]):
            continue
        if not consider(question, snapshot, at, ranking, values):
            return nothing_found(at)
    return describe(question, snapshot, ranking)


def compare(engine: Engine, contexts: Sequence[NeedContext], limit: int = 10) -> int:
    """Return for how many needs the lists are equal: rows, order, factors, distances."""
    snapshot, equal = engine._index.snapshot, 0
    for context in contexts:
        question = engine._question(snapshot, context)
        (truth, question), (found, _) = (
            engine._without_doubt(
                snapshot, context, question, lambda asked: among_all(asked, snapshot, limit, PLAIN)
            ),
            engine._without_doubt(
                snapshot, context, question, lambda asked: engine._find(snapshot, asked, limit)
            ),
        )
        equal += np.array_equal(truth.rows, found.rows) and np.array_equal(truth.described, found.described)
    return equal


def main(scale: float = 0.01, count: int = 1_000) -> None:
    city, parameters = generate_city(scale), default_parameters()
    parts = {name: list(values) for name, values in city.parts() if name not in ("staff", "referrals")}
    engine = Engine((each for each in chain(*parts.values()) if isinstance(each, Provider)), parameters)
    catalogue = compile_catalogue(parts["areas"], parts["skills"], parts["categories"], parameters)
    residents = {each.id: each for each in parts["residents"]}
    needs = [each for each in parts["needs"] if each.status is NeedStatus.ACTIVE]
    np.random.default_rng(11).shuffle(needs)
    contexts = [
        gather_context(each, catalogue, city.as_of, residents.get(each.resident_id)) for each in needs[:count]
    ]
    start = perf_counter()
    equal = compare(engine, contexts)
    print(
        f"{len(engine):,} providers: {equal} of {len(contexts)} lists equal, {perf_counter() - start:.0f} s"
    )


if __name__ == "__main__":
    main(*(kind(given) for kind, given in zip((float, int), sys.argv[1:], strict=False)))
