"""What a study hides is in no report and no export: the counts are followed from the needs to the files."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from api.reports import ExportFormat, coverage_html, export_coverage
from graph_models.domain.identifiers import AreaCode, ResidentId
from graph_models.domain.needs import NeedStatus
from graph_models.domain.providers import Capacity
from matcher.coverage.published import Coverage
from matcher.coverage.publishing import publish
from matcher.coverage.study import Study, make_study
from tests.api.reports.documents import Document
from tests.builders import a_category, a_need, a_provider, a_resident
from tests.matcher.coverage.towns import COMMUNITIES, a_town, at, in_community

K = 100
SMALL = (53, 61)  # needs and residents of one community, each below K
MENU = [a_category(search_radius_km=1.5), a_category("law", search_radius_km=1.5)]


@pytest.fixture(scope="module")
def study() -> Study:
    """53 unmet needs of 53 people at one end, many needs at the other, 61 residents beside them."""
    needs = [
        a_need(f"secret-need-{number}", resident_id=ResidentId(f"secret-{number}"), **in_community(0))
        for number in range(SMALL[0])
    ]
    needs += [a_need(f"many-{number:03}", **in_community(3)) for number in range(307)]
    needs += [
        a_need(f"done-{number:03}", status=NeedStatus.COMPLETED, **in_community(3)) for number in range(211)
    ]
    lives = {"residence_code": AreaCode(COMMUNITIES[1]), "registration_code": AreaCode(COMMUNITIES[1])}
    residents = [a_resident(f"secret-{number}", **lives) for number in range(SMALL[1])]
    providers = [a_provider("p1", capacity=Capacity(180), **at(3))]
    return make_study(a_town(providers, needs, residents, categories=MENU))


@pytest.fixture(scope="module")
def coverage(study: Study) -> Coverage:
    return publish(study, K)


def texts(coverage: Coverage, folder: Path) -> list[str]:
    """The report without its drawing, and all exports, as text."""
    files = [path for each in ExportFormat for path in export_coverage(coverage, folder, each)]
    tables = [
        str(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else path.read_text()
        for path in files
    ]
    return [Document.of(coverage_html(coverage)).words, *tables]


def test_the_study_holds_the_small_counts(study: Study) -> None:
    assert sum(each.community_code == COMMUNITIES[0] for each in study.unmet) == SMALL[0]
    assert len(study.city.residents) == SMALL[1]


def test_small_counts_and_whoever_is_counted_are_nowhere(coverage: Coverage, tmp_path: Path) -> None:
    for text in texts(coverage, tmp_path):
        assert not set(re.findall(r"(?<![\d.])\d+(?![\d.])", text)) & {str(each) for each in SMALL}
        assert "secret" not in text


def test_what_is_shown_is_there(coverage: Coverage, tmp_path: Path) -> None:
    """The search above would find a number."""
    report, *exports = texts(coverage, tmp_path)
    assert coverage.gaps
    assert f"{coverage.gaps[0].needs}" in report
    assert any(f"{coverage.gaps[0].needs}" in each for each in exports)
    assert f"under {K} or hidden" in report
