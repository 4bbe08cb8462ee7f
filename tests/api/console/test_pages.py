"""The console's files: what is served, for how long it may be kept, and what a browser may do with it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.console.assets import is_built
from api.console.pages import console_routes
from tests.api.conftest import problem_of

PAGE = "<!doctype html><title>Last Meter</title>"
SCRIPT = "export const answer = 42;\n" * 100


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files as Vite lays them out, one of them compressed as well."""
    built = tmp_path / "static"
    (built / "assets").mkdir(parents=True)
    (built / "fonts").mkdir()
    (built / "index.html").write_text(PAGE)
    (built / "assets/index-3f9a.js").write_text(SCRIPT)
    (built / "assets/index-3f9a.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (built / "assets/index-3f9a.css").write_text("body{}")
    (built / "fonts/0-255.pbf").write_bytes(b"\0")
    (tmp_path / "secret.txt").write_text("secret")
    return built


@pytest.fixture
def browser(folder: Path) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=console_routes(folder))) as client:
        yield client


def test_nothing_but_what_was_built(browser: TestClient) -> None:
    """Also if somebody asks for it in a way that a client library would tidy up."""
    for path in (
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "/etc/passwd",
        "assets/",
        "assets",
        "x.js",
    ):
        assert browser.get(f"/console/{path}").status_code == 404, path


def test_root_leads_to_the_console(folder: Path) -> None:
    """Where a browser begins, without a credential; if nothing was built there is no such address."""
    for built, status in ((folder, 303), (folder / "none", 404)):
        with TestClient(Starlette(routes=console_routes(built))) as browser:
            answer = browser.get("/", follow_redirects=False)
            assert (answer.status_code, answer.headers.get("location")) == (
                status,
                "/console/" if built is folder else None,
            )


def test_hashed_files_are_kept_for_ever(browser: TestClient) -> None:
    response = browser.get("/console/assets/index-3f9a.js")
    assert response.text == SCRIPT
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"


def test_the_page_is_asked_for_each_time(browser: TestClient) -> None:
    """So that a new version is in force with the next reload; unchanged it costs an empty answer."""
    response = browser.get("/console/")
    assert (response.text, response.headers["cache-control"]) == (PAGE, "no-cache")
    again = browser.get("/console/", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br", "gzip"),
        ("br", None),
        ("identity", None),
        ("gzip;q=0", None),
        ("gzip;q=0.5", "gzip"),
    ],
)
def test_compressed_if_it_was_built_and_is_taken(
    browser: TestClient, accepted: str, coding: str | None
) -> None:
    response = browser.get("/console/assets/index-3f9a.js", headers={"Accept-Encoding": accepted})
    assert response.headers.get("content-encoding") == coding
    assert response.headers["vary"] == "Accept-Encoding"
    assert response.text == SCRIPT


def test_addresses_within_the_console(browser: TestClient) -> None:
    """A reload anywhere starts the console; a script that is missing is not answered with a page."""
    page = {"Accept": "text/html,application/xhtml+xml"}
    assert browser.get("/console/needs/need.1", headers=page).text == PAGE
    assert browser.get("/console/needs/need.1", headers={"Accept": "*/*"}).status_code == 404
    assert browser.get("/console", follow_redirects=False).headers["location"] == "/console/"


def test_what_a_browser_may_do(browser: TestClient) -> None:
    """Nothing from elsewhere, no scripts in the page, no frames around it."""
    for path in ("/console/", "/console/assets/index-3f9a.js"):
        headers = browser.get(path).headers
        policy = dict(each.split(" ", 1) for each in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'self'"
        assert policy["worker-src"] == "'self' blob:"
        assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
        assert "script-src" not in policy
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_without_built_files(client: TestClient, tmp_path: Path) -> None:
    """The page says what is missing, in both languages; the interface is there."""
    assert not is_built(tmp_path)
    with TestClient(Starlette(routes=console_routes(tmp_path))) as browser:
        response = browser.get("/console/")
    assert response.status_code == 503
    assert "make console" in response.text
    assert "控制台尚未构建" in response.text
    assert "content-security-policy" in response.headers
    assert client.get("/v1/needs").status_code == 200


def test_refusals_are_problems_with_the_same_headers(client: TestClient) -> None:
    """In the whole service; a request has its id and its line in the log as any other."""
    response = client.get("/console/session", headers={"Authorization": ""})
    problem_of(response, "unauthenticated")
    assert "default-src 'self'" in response.headers["content-security-policy"]
