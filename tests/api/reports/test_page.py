"""The report: one file that needs nothing else, can be read by all, and hides what is hidden."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from api.reports import coverage_html
from graph_models.domain.identifiers import AreaCode, CategoryId, SkillId
from graph_models.domain.places import Area, AreaLevel
from graph_models.domain.skills import Skill
from matcher.coverage.clusters import Spot
from matcher.coverage.extra import ExtraNotInstalled
from matcher.coverage.published import CategorySupply, Coverage, Equity
from matcher.coverage.reasons import Cause
from tests.api.reports.documents import Document
from tests.matcher.coverage.publications import (
    a_community,
    a_coverage,
    a_deficit,
    a_gap,
    a_key_provider,
)

EVIL = "<script>alert('x')</script>\"&"


def an_empty_coverage() -> Coverage:
    """What is left where nothing is known, or all is hidden."""
    nothing = {name: () for name in Coverage.__slots__ if isinstance(getattr(a_coverage(), name), tuple)}
    unknown = {"units_wanted": None, "moran_i": None, "moran_p_value": None, "hides_deficits": False}
    return a_coverage(**nothing, **unknown, equity=Equity(None, None, ()))


def guangzhou() -> Coverage:
    """Two real districts with communities that have points."""
    return a_coverage(
        communities=(
            a_community("44010301", 4, Spot.HIGH_HIGH),
            a_community("44010302", 0, Spot.LOW_LOW),
            a_community("44010401", 1),
        )
    )


@pytest.fixture(params=[a_coverage(), an_empty_coverage(), guangzhou()], ids=["some", "empty", "city"])
def document(request: pytest.FixtureRequest) -> Document:
    return Document.of(coverage_html(request.param))


def test_nothing_is_fetched_and_nothing_runs(document: Document) -> None:
    assert not {"script", "link", "iframe", "img", "object", "base"} & {tag for tag, _ in document.tags}
    for _, attributes in document.tags:
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "xlink:href", "action", "style"):
            assert (attributes.get(name) or "#").startswith("#")


@pytest.mark.parametrize("coverage", [a_coverage(), an_empty_coverage(), guangzhou()])
def test_no_style_refers_to_anything_outside(coverage: Coverage) -> None:
    html = coverage_html(coverage)
    assert not re.search(r"url\(|@import|https?://", html)


def test_headings_descend_one_level_at_a_time(document: Document) -> None:
    levels = [int(tag[1]) for tag, _ in document.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(low <= high + 1 for high, low in pairwise(levels))


def test_every_table_has_a_caption_first_and_headers_with_a_scope(document: Document) -> None:
    assert document.children["table"]
    assert all(inside[0] == "caption" for inside in document.children["table"])
    assert all(attributes["scope"] in ("col", "row") for attributes in document.named("th"))


def test_landmarks_language_and_viewport_are_given(document: Document) -> None:
    tags = Counter(tag for tag, _ in document.tags)
    assert [tags[each] for each in ("header", "nav", "main", "footer", "title")] >= [1, 1, 1, 1, 1]
    assert document.named("html") == [{"lang": "en"}]
    assert {"charset": "utf-8"} in document.named("meta")


def test_ids_are_unique_and_every_reference_has_a_target(document: Document) -> None:
    ids = [attributes["id"] for _, attributes in document.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = {attributes["href"][1:] for attributes in document.named("a")}
    for _, attributes in document.tags:
        wanted |= set((attributes.get("aria-labelledby") or "").split())
    assert wanted <= set(ids)


def test_maps_have_a_text_beside_their_colours() -> None:
    document = Document.of(coverage_html(guangzhou()))
    maps = [each for each in document.named("svg") if each.get("role") == "img"]
    assert len(maps) == 2
    assert all(each["aria-labelledby"] for each in maps)
    assert all("aria-hidden" in each for each in document.named("svg") if each not in maps)


def test_a_city_without_outlines_shows_points_alone_and_one_without_points_none() -> None:
    points = coverage_html(a_coverage())
    assert "map-communities-title" in points
    assert "map-districts-title" not in points
    nowhere = a_coverage(communities=(a_community("110101", latitude=None, longitude=None),))
    html = coverage_html(nowhere)
    assert "<svg" not in html
    assert "There is no map" in html


def test_names_are_escaped() -> None:
    coverage = replace(
        guangzhou(),
        gaps=(replace(a_gap("11", None, 20), name=EVIL),),
        communities=(a_community("44010301", 1, name=EVIL),),
        categories=(CategorySupply(CategoryId("home_care"), EVIL, EVIL, 1, 1, 1, Cause.SKILL),),
        key_providers=(a_key_provider("p1", EVIL),),
    )
    areas = [Area(AreaCode("440103"), AreaLevel.DISTRICT, EVIL, AreaCode("44"))]
    skills = [Skill(SkillId("care.bathing"), EVIL, EVIL)]
    html = coverage_html(coverage, areas, skills)
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(") >= 8
    Document.of(html)


def test_names_of_districts_and_skills_come_from_the_store() -> None:
    areas = [Area(AreaCode("1101"), AreaLevel.DISTRICT, "Southern", AreaCode("11"))]
    skills = [Skill(SkillId("care.bathing"), "Help with washing", "助浴")]
    words = Document.of(coverage_html(a_coverage(), areas, skills)).words
    assert "Southern" in words
    assert "Help with washing (p1)" in words


def test_the_bytes_are_the_same_each_time() -> None:
    assert coverage_html(guangzhou()) == coverage_html(guangzhou())


def test_proofs_and_actions_are_said_in_words() -> None:
    words = Document.of(coverage_html(a_coverage())).words
    assert "37 Home care needs in Area 1101 share 12 places; 25 are missing: no plan can serve them." in words
    assert "Area 1101: train volunteers of the area in the skills for Home care. 25 unmet needs." in words
    assert "There are sets of fewer than 10 needs." in words


def test_what_is_hidden_is_said_in_the_same_words_everywhere() -> None:
    words = Document.of(coverage_html(a_coverage())).words
    hidden = "under 10 or hidden"
    # the notice, the units served, a cause, a key provider's units, a group's three figures, a mean
    assert words.count(hidden) == 7
    assert "None" not in words
    assert "nan" not in words.split()


def test_synthetic_data_is_said_to_be_so() -> None:
    assert "Synthetic data" not in coverage_html(a_coverage())
    assert "Synthetic data" in coverage_html(a_coverage(is_synthetic=True))


def test_long_lists_are_cut_and_say_so() -> None:
    gaps = tuple(a_gap("1101", f"category-{number:03}", 20) for number in range(203))
    deficits = tuple(a_deficit(20 + number) for number in range(45))
    words = Document.of(coverage_html(a_coverage(gaps=gaps, deficits=deficits))).words
    assert "category-199" in words
    assert "category-200" not in words
    assert "3 more are in the export." in words
    assert "8 more are in the export." in words  # of 48 actions


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ExtraNotInstalled, match="coverage"):
        coverage_html(a_coverage())
