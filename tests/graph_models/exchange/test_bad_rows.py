"""The corpus of nasty rows: each is reported with its place and reason, and only it is kept out."""

# ruff: noqa: E501 - the corpus reads as a table, one nasty row a line

from __future__ import annotations

from pathlib import Path

import pytest

from graph_models.domain.providers import Provider
from graph_models.ports import GraphStore
from tests.graph_models.exchange.files import contents, load_file

# table, header, bad row, column, reason (a part of it), hint (a part of it)
PROVIDER = "id,kind,name,capacity_total"
PLACED = f"{PROVIDER},latitude,longitude"
BAD_ROWS = [
    # wrong types
    ("providers", PROVIDER, "b1,station,Bad,many", "capacity_total", "must be an integer", ""),
    ("providers", PROVIDER, "b1,station,Bad,4.5", "capacity_total", "must be an integer", "without a fraction"),
    ("providers", PROVIDER, 'b1,station,Bad,"1,000"', "capacity_total", "must be an integer", "write 1000"),
    ("providers", PROVIDER, "b1,station,Bad,0x10", "capacity_total", "must be an integer", ""),
    ("providers", PROVIDER, "b1,station,Bad,1_0", "capacity_total", "must be an integer", ""),
    ("providers", PROVIDER, "b1,station,Bad,1e3", "capacity_total", "must be an integer", ""),
    ("providers", PROVIDER, f"b1,station,Bad,{'9' * 400}", "capacity_total", "must be an integer", ""),
    ("providers", f"{PROVIDER},is_active", "b1,station,Bad,4,yes", "is_active", "true or false", "true or false"),
    ("providers", f"{PROVIDER},is_active", "b1,station,Bad,4,1", "is_active", "true or false", ""),
    ("providers", f"{PROVIDER},max_travel_km", 'b1,station,Bad,4,"1,5"', "max_travel_km", "a number", "write 1.5"),
    ("providers", f"{PROVIDER},max_travel_km", "b1,station,Bad,4,5 km", "max_travel_km", "a number", ""),
    ("providers", f"{PROVIDER},verified_at", "b1,station,Bad,4,2026-03-02", "verified_at", "UTC offset", "missing"),
    ("providers", f"{PROVIDER},verified_at", "b1,station,Bad,4,02/03/2026", "verified_at", "UTC offset", "2026-03-02"),
    ("providers", f"{PROVIDER},verified_at", "b1,station,Bad,4,0001-01-01T00:00:00Z", "verified_at", "between the years", ""),
    ("providers", f"{PROVIDER},availability", "b1,station,Bad,4,9 to 5", "availability", "Mo-Fr 09:00-17:00", ""),
    ("providers", f"{PROVIDER},availability", "b1,station,Bad,4,Mo 17:00-09:00", "availability", "later than", ""),
    ("providers", f"{PROVIDER},availability", "b1,station,Bad,4,Mo 09:00-12:00; Mo 10:00-11:00", "availability", "overlap", ""),
    ("providers", f"{PROVIDER},skills", "b1,station,Bad,4,care", "skills", "key:0.8", "needs : and a number"),
    ("providers", f"{PROVIDER},skills", "b1,station,Bad,4,care:high", "skills", "a number", ""),
    ("providers", f"{PROVIDER},languages", "b1,station,Bad,4,zh||en", "languages", "without empty entries", "extra |"),
    # numbers out of range
    ("providers", PROVIDER, "b1,station,Bad,-1", "capacity_total", "from 0 to", ""),
    ("providers", f"{PROVIDER},capacity_reserved", "b1,station,Bad,4,5", "capacity_total", "cover reserved", ""),
    ("providers", PROVIDER, "b1,station,Bad,99999999999", "capacity_total", "from 0 to", ""),
    ("providers", f"{PROVIDER},skills", "b1,station,Bad,4,care:1.5", "skills", "to 1", ""),
    ("providers", f"{PROVIDER},skills", "b1,station,Bad,4,care:nan", "skills", "finite number", ""),
    ("providers", f"{PROVIDER},min_age,max_age", "b1,station,Bad,4,70,60", "max_age", "not be less than", ""),
    ("residents", "id,registration_code,residence_code,birth_year", "b1,440103001101,440103001101,41", "birth_year", "from 1880", ""),
    ("categories", "id,name_en,name_zh,half_distance_km", "b1,x,x,0", "half_distance_km", "from 0.001", ""),
    # coordinates
    ("providers", PLACED, "b1,station,Bad,4,NaN,113.2", "latitude", "finite number, got nan", ""),
    ("providers", PLACED, "b1,station,Bad,4,inf,113.2", "latitude", "finite number", ""),
    ("providers", PLACED, "b1,station,Bad,4,91,13.2", "latitude", "from -90 to 90, got 91", "swapped"),
    ("providers", PLACED, "b1,station,Bad,4,-91,113.2", "latitude", "from -90 to 90", ""),
    ("providers", PLACED, "b1,station,Bad,4,23.1,-181", "longitude", "from -180 to 180", ""),
    ("providers", PLACED, "b1,station,Bad,4,113.25,23.1", "latitude", "from -90 to 90", "latitude and longitude look swapped"),
    ("providers", PLACED, "b1,station,Bad,4,23.1,", "longitude", "be given", ""),
    ("providers", PLACED, "b1,station,Bad,4,23°06',113.2", "latitude", "a number", ""),
    # full-width digits, look-alikes, invisible and control characters
    ("providers", PROVIDER, "b1,station,Bad,１２", "capacity_total", "must be an integer", "write 12 with ASCII digits"),
    ("providers", PLACED, "b1,station,Bad,4,２３．１,113.2", "latitude", "a number", "write 23.1 with ASCII digits"),
    ("providers", PROVIDER, "ｂ1,station,Bad,4", "id", "letters, digits", "FULLWIDTH LATIN SMALL LETTER B"),
    ("providers", PROVIDER, "b\u0430d,station,Bad,4", "id", "letters, digits", "CYRILLIC SMALL LETTER A"),
    ("providers", PROVIDER, "b1,st\u0430tion,Bad,4", "kind", "snake_case", "CYRILLIC SMALL LETTER A"),
    ("providers", PROVIDER, "b\u200b1,station,Bad,4", "id", "letters, digits", "invisible character U+200B"),
    ("providers", PROVIDER, "b1,station,Bad\x07,4", "name", "printable", "invisible character U+0007"),
    ("providers", PROVIDER, "b1,station,Bad\x00,4", "name", "printable", "U+0000"),
    ("providers", PROVIDER, "b1,station,\u202eBad,4", "name", "printable", "U+202E"),
    ("providers", PROVIDER, " b1,station,Bad,4", "id", "letters, digits", "spaces around"),
    # texts
    ("providers", PROVIDER, "b1,station,,4", "name", "be given", ""),
    ("providers", PROVIDER, "b1,station,   ,4", "name", "not empty", ""),
    ("providers", PROVIDER, f"b1,station,{'x' * 501},4", "name", "at most 500 characters", ""),
    ("providers", PROVIDER, "two words,station,Bad,4", "id", "letters, digits", ""),
    ("providers", PROVIDER, f"{'x' * 129},station,Bad,4", "id", "1 to 128", ""),
    ("providers", PROVIDER, ",station,Bad,4", "id", "be given", ""),
    ("providers", PROVIDER, "b1,Station,Bad,4", "kind", "snake_case", ""),
    ("providers", PROVIDER, 'b1,station,"Bad\nname",4', "name", "printable", ""),
    # formulas
    ("providers", PROVIDER, "b1,station,=cmd|' /C calc'!A0,4", "name", "not be a formula", "apostrophe"),
    ("providers", PROVIDER, 'b1,station,"=HYPERLINK(""x"")",4', "name", "not be a formula", ""),
    ("providers", PROVIDER, "b1,station,Bad,=2+2", "capacity_total", "must be an integer", "instead of formulas"),
    # codes and references that lead nowhere
    ("providers", f"{PROVIDER},skills", "b1,station,Bad,4,care.bathin:0.5", "skills", "Skill 'care.bathin', which does not exist", "care.bathing"),
    ("providers", f"{PROVIDER},community_code", "b1,station,Bad,4,440103001199", "community_code", "Area '440103001199'", "did you mean"),
    ("providers", f"{PROVIDER},serves", "b1,station,Bad,4,4401|9999", "serves", "Area '9999'", ""),
    ("providers", f"{PROVIDER},member_of", "b1,station,Bad,4,nobody", "member_of", "Provider 'nobody'", ""),
    ("providers", f"{PROVIDER},member_of", "b1,station,Bad,4,b1", "member_of", "not be the provider itself", ""),
    ("needs", "id,category_id,created_at,community_code", "b1,no_such,2026-03-02T09:00:00Z,440103001101", "category_id", "Category 'no_such'", ""),
    ("needs", "id,category_id,created_at", "b1,home_care,2026-03-02T09:00:00Z", "latitude", "when need.community_code is not", ""),
    ("referrals", "id,need_id,provider_id,status,created_at", "b1,n1,p1,unknown,2026-03-02T09:00:00Z", "status", "one of", ""),
    ("referrals", "id,need_id,provider_id,status,created_at", "b1,n9,p1,draft,2026-03-02T09:00:00Z", "need_id", "Need 'n9'", ""),
    ("areas", "code,level,name,parent_code", "5501,district,Bad,4401", "parent_code", "be a prefix of area.code", ""),
    ("areas", "code,level,name,parent_code", "44010300110155,street,Bad,440103001101", "parent_code", "which is not wider", ""),
    ("areas", "code,level,name,parent_code", "440109,region,Bad,4401", "level", "one of community, street", ""),
    ("skills", "id,name_en,name_zh,broader_id", "b1,x,x,b1", "broader_id", "not be the skill itself", ""),
    ("skills", "id,name_en,name_zh,related", "b1,x,x,care:1", "related", "to 0.999999", ""),
    ("skills", "id,name_en,name_zh,related", "b1,x,x,care:0.5|care:0.6", "related", "name each entry once", ""),
    ("skills", "id,name_en,name_zh,broader_id", "care,x,x,care.bathing", "broader_id", "circle (care > care.bathing > care)", "top"),
    # the row as such
    ("providers", PROVIDER, "b1,station,Bad", None, "3 cells, the header 4", "needs quotes"),
    ("providers", PROVIDER, "b1,station,Bad,4,5", None, "5 cells, the header 4", "needs quotes"),
    ("providers", PROVIDER, 'b1,station,"Bad" name,4', None, "quotes do not match", "doubled"),
    ("providers", PROVIDER, 'b1,station,"Bad,4', None, "quotes do not match", ""),
    ("providers", PROVIDER, f"b1,station,{'x' * 200_000},4", None, "longer than", ""),
    ("providers", PROVIDER, f"b1,station,{'x' * 10_000_000},4", None, "longer than", ""),
    ("providers", PROVIDER, "b1,station,caf\udce9,4", None, "not valid in the file's encoding", ""),
]  # fmt: skip

GOOD = {
    "providers": {"id": "g{}", "kind": "station", "name": "良好 {}", "capacity_total": "4"},
    "needs": {"id": "g{}", "category_id": "home_care", "created_at": "2026-03-02T09:00:00+08:00", "community_code": "440103001101", "latitude": "23.1", "longitude": "113.25"},
    "residents": {"id": "g{}", "registration_code": "440103001101", "residence_code": "440103001101"},
    "referrals": {"id": "g{}", "need_id": "n1", "provider_id": "p1", "status": "draft", "created_at": "2026-03-02T09:00:00Z"},
    "categories": {"id": "g{}", "name_en": "x", "name_zh": "x"},
    "areas": {"code": "44010{}", "level": "district", "name": "x", "parent_code": "4401"},
    "skills": {"id": "g{}", "name_en": "x", "name_zh": "x"},
}  # fmt: skip


def a_file(table: str, header: str, bad_row: str) -> bytes:
    """The bad row between two good ones."""
    names = header.split(",")
    if table == "needs" and "community_code" not in names:
        header, bad_row, names = f"{header},community_code", f"{bad_row},", [*names, "community_code"]
    good = [",".join(GOOD[table].get(name, "").format(number) for name in names) for number in (5, 6)]
    return "\n".join([header, good[0], bad_row, good[1], ""]).encode(errors="surrogateescape")


@pytest.mark.parametrize(("table", "header", "bad_row", "column", "reason", "hint"), BAD_ROWS)
def test_only_the_bad_row_is_kept_out(
    store: GraphStore,
    tmp_path: Path,
    table: str,
    header: str,
    bad_row: str,
    column: str | None,
    reason: str,
    hint: str,
) -> None:
    """Strict and dry loads write nothing; else both good rows are written and the bad one is reported."""
    before = {plural: len(values) for plural, values in contents(store).items()}
    content = a_file(table, header, bad_row)
    head = store.head()
    for options in ({"strict": True}, {"dry_run": True}):
        report = load_file(store, tmp_path, f"{table}.csv", content, **options)
        assert (report.error_count, report.is_refused) == (1, "strict" in options)
    assert store.head() == head
    report = load_file(store, tmp_path, f"{table}.csv", content)
    assert report.error_count == 1, [str(each) for each in report.errors]
    (problem,) = report.errors
    assert problem.file.endswith(f"{table}.csv")
    assert (problem.line, problem.record, problem.column) == (3, 2, column)
    assert reason in problem.reason
    assert hint in problem.hint
    counts = report.kinds[table]
    assert (counts.read, counts.written, counts.unchanged, counts.rejected) == (3, 2, 0, 1)
    after = {plural: len(values) for plural, values in contents(store).items()}
    assert after == before | {table: before[table] + 2}


def test_the_corpus_is_large_enough() -> None:
    """At least 60 rows, none twice."""
    assert len({row[2] + row[0] for row in BAD_ROWS}) >= 60


def test_values_are_never_repeated(store: GraphStore, tmp_path: Path) -> None:
    """No problem repeats free text, which may be personal."""
    secret = "王小明住三楼"
    rows = [
        f"b1,station,{secret}\x07,4",
        f"b2,{secret},x,4",
        f"b3,station,x,{secret}",
        f"{secret},station,x,4",
    ]
    report = load_file(store, tmp_path, "providers.csv", "\n".join([PROVIDER, *rows]))
    assert report.error_count == 4
    assert not any(secret in str(each) for each in report.errors)


def test_all_bad_cells_of_a_row_are_named(store: GraphStore, tmp_path: Path) -> None:
    """Cells that cannot be read are reported together, not one with each attempt."""
    text = f"{PROVIDER},is_active,verified_at\nb1,station,x,four,yes,today\n"
    report = load_file(store, tmp_path, "providers.csv", text)
    assert [each.column for each in report.errors] == ["capacity_total", "is_active", "verified_at"]
    assert report.kinds["providers"].rejected == 1


def test_a_stray_quote_costs_one_row(store: GraphStore, tmp_path: Path) -> None:
    """An open quote swallows nothing: thousands of rows behind it are loaded."""
    rows = [f"v{number},station,x,4" for number in range(6_000)]
    rows[10] = 'v10,station,"x,4'
    report = load_file(store, tmp_path, "providers.csv", "\n".join([PROVIDER, *rows]))
    assert [each.line for each in report.errors] == [12]
    assert store.count(Provider) == 1 + 5_999


def test_a_row_of_commas_is_blank(store: GraphStore, tmp_path: Path) -> None:
    """Empty rows, as spreadsheets append them, are passed over; line numbers still count them."""
    report = load_file(store, tmp_path, "providers.csv", f"{PROVIDER}\n\n,,,\nb1,station,x,bad\n,,,\n")
    assert [(each.line, each.record) for each in report.errors] == [(4, 1)]


def test_lookalike_letters_in_names_are_warned_of(store: GraphStore, tmp_path: Path) -> None:
    """A name with a Cyrillic letter among Latin ones is loaded with a warning; other alphabets are fine."""
    rows = ["v1,station,C\u0430re Centre,4", "v2,station,Кафе и забота,4", "v3,station,Care 关爱中心,4"]
    report = load_file(store, tmp_path, "providers.csv", "\n".join([PROVIDER, *rows]))
    assert (report.error_count, report.written) == (0, 3)
    assert [(each.line, each.column) for each in report.warnings] == [(2, "name")]
