from __future__ import annotations

import pytest

from graph_models.domain.errors import InvalidValue, UnknownReference
from graph_models.domain.skills import RelatedSkill, Skill
from matcher.skills import Taxonomy

TREE = {"care": None, "care.body": "care", "care.body.bath": "care.body", "care.body.feed": "care.body"} | {
    "care.talk": "care",
    "trade": None,
    "trade.wood": "trade",
}


def taxonomy(related: dict[str, dict[str, float]] | None = None, cut_off: int = 0) -> Taxonomy:
    links = related or {}
    return Taxonomy(
        [
            Skill(key, key, key, up, tuple(RelatedSkill(*each) for each in links.get(key, {}).items()))
            for key, up in TREE.items()
        ],
        cut_off,
    )


@pytest.mark.parametrize(
    ("required", "offered", "expected"),
    [
        ("care.body", "care.body", 1_000_000),  # the same
        ("care", "care.body.bath", 1_000_000),  # narrower, two levels down
        ("care.body.bath", "care.body", 800_000),  # wider: 2·2 / (3+2)
        ("care.body.bath", "care.body.feed", 666_667),  # siblings below care.body: 2·2 / (3+3)
        ("care.body.bath", "care.talk", 400_000),  # cousins: 2·1 / (3+2)
        ("care.talk", "care", 666_667),  # root: 2·1 / (2+1)
        ("care.talk", "trade.wood", 0),  # no common root
    ],
)
def test_wu_palmer(required: str, offered: str, expected: int) -> None:
    """Values worked out by hand from depths of 1 to 3."""
    assert taxonomy().similarity(required, offered) == expected


def test_below_the_cut_off_counts_as_none() -> None:
    """A value at the cut-off counts, one below does not."""
    cut = taxonomy(cut_off=666_667)
    assert cut.similarity("care.body.bath", "care.body.feed") == 666_667
    assert taxonomy(cut_off=666_668).similarity("care.body.bath", "care.body.feed") == 0


@pytest.mark.parametrize(
    ("required", "offered"),
    [("care.talk", "trade.wood"), ("trade.wood", "care.talk")],
)
def test_related_reads_both_ways(required: str, offered: str) -> None:
    """A similarity declared at one end holds at the other, whatever the cut-off."""
    linked = taxonomy({"care.talk": {"trade.wood": 0.3}}, cut_off=1_000_000)
    assert linked.similarity(required, offered) == 300_000


def test_related_covers_narrower_offers() -> None:
    """What is narrower than a related skill stands in as the related skill does."""
    linked = taxonomy({"trade": {"care.body": 0.9}})
    assert linked.similarity("trade", "care.body.bath") == 900_000
    assert linked.similarity("trade.wood", "care.body.bath") == 0  # a narrower requirement is not related


def test_the_better_of_related_and_taxonomy_counts() -> None:
    """A declared similarity does not lower the one that the tree gives."""
    low, high = ({"care.body.bath": {"care.body.feed": value}} for value in (0.1, 0.9))
    assert taxonomy(low).similarity("care.body.bath", "care.body.feed") == 666_667
    assert taxonomy(high).similarity("care.body.bath", "care.body.feed") == 900_000
    both = {"care.talk": {"trade": 0.2}, "trade": {"care.talk": 0.6}}
    assert taxonomy(both).similarity("care.talk", "trade") == 600_000


def test_similar_to_lists_what_counts() -> None:
    """The row of a skill holds every stand-in and nothing else."""
    some = taxonomy(cut_off=500_000)
    for required in TREE:
        everything = {offered: some.similarity(required, offered) for offered in TREE}
        assert some.similar_to(required) == {key: value for key, value in everything.items() if value}


def test_a_cycle_is_refused() -> None:
    """Following broader terms must end."""
    with pytest.raises(InvalidValue, match="must not lead back to the skill"):
        Taxonomy([Skill("a", "a", "a", "b"), Skill("b", "b", "b", "a")], 0)


@pytest.mark.parametrize(
    "skill", [Skill("a", "a", "a", "gone"), Skill("a", "a", "a", None, (RelatedSkill("gone", 0.5),))]
)
def test_a_term_that_does_not_exist_is_refused(skill: Skill) -> None:
    """A term may point at terms of the taxonomy only."""
    with pytest.raises(UnknownReference, match="'gone', which does not exist"):
        Taxonomy([skill], 0)
