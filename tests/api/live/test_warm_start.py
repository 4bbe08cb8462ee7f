"""Starting from a saved index: right answers in any case, and a word about every file that is of no use."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.live import index_file, warm_start
from api.live.warm_start import WarmStart, index_path
from api.settings import Settings
from graph_models.domain.places import Location
from graph_models.domain.providers import Capacity, Provider
from graph_models.ports import AdjustCapacity, Delete, Entity, GraphStore, Put, Stored, WriteBatch
from graph_models.stores.opening import file_of
from graph_models.stores.sqlite.store import SqliteStore
from matcher import resuming
from matcher.parameters import MatchParameters, default_parameters
from matcher.use_cases import LiveMatcher
from tests.api.conftest import BATHING, Client, put_city
from tests.api.servers import Start, first_of
from tests.builders import NOW, FixedClock, a_provider

PARAMETERS = default_parameters()


class Unread(SqliteStore):
    """A store whose providers must not be read one after the other."""

    def scan(self, kind: type[Entity]) -> Iterator[Stored[Any]]:
        assert kind is not Provider, "all providers were read"
        return super().scan(kind)


class Restart:
    """Starts matchers on one store and hears their warnings."""

    def __init__(self, store_path: Path) -> None:
        self.store_path = store_path
        self.path = store_path.with_name("city.db.index")
        self.warnings: list[str] = []

    def open(self, store: GraphStore, parameters: MatchParameters = PARAMETERS) -> WarmStart:
        def warn(event: str, why: str) -> None:
            self.warnings.append(f"{event}: {why}")

        return WarmStart(self.path, store, FixedClock(), parameters, warn)

    def answers(self, kind: type[SqliteStore] = SqliteStore, parameters: MatchParameters = PARAMETERS) -> Any:
        """Start, keep the index, and compare the answers with those of a matcher that read everything."""
        with kind(self.store_path, FixedClock()) as store:
            answers = ask(self.open(store, parameters).load_and_keep())
        with SqliteStore(self.store_path, FixedClock()) as store:
            assert answers == ask(LiveMatcher(store, FixedClock(), parameters))
        return answers

    def must_be_warm(self) -> None:
        """The next start reads no provider and has nothing to complain about."""
        self.warnings.clear()
        self.answers(Unread)
        assert not self.warnings


def ask(matcher: LiveMatcher) -> list[Any]:
    return [matcher.suggest("need-1", limit, explain=True) for limit in (1, 2, 10)]


def write(path: Path, *operations: Any) -> None:
    with SqliteStore(path, FixedClock()) as store:
        store.write(WriteBatch(f"w{store.head()}", operations))


@pytest.fixture
def restart(store_path: Path) -> Restart:
    """A store whose index is saved."""
    restart = Restart(store_path)
    restart.answers()
    assert not restart.warnings
    return restart


def test_the_second_start_reads_no_providers(restart: Restart) -> None:
    """The index lies next to the store, and gives the same answers."""
    restart.must_be_warm()


def test_it_catches_up_with_what_changed_since(restart: Restart) -> None:
    """New, moved, changed and deleted providers, before the first answer and after it."""
    before = restart.answers()
    write(
        restart.store_path,
        Put(a_provider("volunteer-2", skills=BATHING, verified_at=NOW, location=Location(23.1, 113.26))),
        Put(a_provider("volunteer-9", skills=BATHING, verified_at=NOW, name="Nine", capacity=Capacity(9))),
        AdjustCapacity("charity-1", reserved=1),
        Delete(Provider, "volunteer-3"),
    )
    assert restart.answers(Unread) != before
    with Unread(restart.store_path, FixedClock()) as store:
        matcher = restart.open(store).load_and_keep()
        write(restart.store_path, Delete(Provider, "volunteer-9"))
        after = ask(matcher)
    assert after == restart.answers(Unread)
    assert not restart.warnings


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 4
    path.write_bytes(content)


def unreadable(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (flip, "damaged"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "cut short"),
        (lambda path: path.write_bytes(b""), "cut short"),
        (lambda path: path.write_bytes(b"SQLite format 3\0" * 100), "cut short, or is not"),
        (unreadable, "directory"),
    ],
)
def test_a_damaged_file_is_not_trusted(restart: Restart, damage: Callable[[Path], None], why: str) -> None:
    """It is said, the answers are right, and where a file can be there is a good one afterwards."""
    damage(restart.path)
    restart.answers()
    assert restart.warnings[0].startswith("the saved index is not used; it is built anew: ")
    assert why in restart.warnings[0]
    assert str(restart.path) not in "".join(restart.warnings)
    if restart.path.is_file():
        restart.must_be_warm()


def test_the_index_of_another_store_is_not_used(restart: Restart) -> None:
    """A store that was made anew has other change sets, even if there are as many of them."""
    restart.store_path.unlink()
    with SqliteStore(restart.store_path, FixedClock(NOW.replace(hour=2))) as store:
        put_city(store)
    restart.answers()
    assert "another store" in restart.warnings[0]
    restart.must_be_warm()


def test_an_index_that_is_ahead_of_its_store_is_not_used(restart: Restart, tmp_path: Path) -> None:
    """A store that came back from a copy of yesterday does not know of today, nor get another today."""
    shutil.copy(restart.store_path, tmp_path / "yesterday.db")
    write(restart.store_path, AdjustCapacity("volunteer-1", consumed=4))
    with SqliteStore(restart.store_path, FixedClock()) as store:
        starter = restart.open(store)
        starter.load_and_keep()
        starter.save()
    ahead = restart.path.read_bytes()
    shutil.copy(tmp_path / "yesterday.db", restart.store_path)
    restart.answers()
    assert "a later state of this one" in restart.warnings[0]
    restart.must_be_warm()
    write(restart.store_path, AdjustCapacity("volunteer-2", consumed=4))
    restart.path.write_bytes(ahead)
    restart.answers()
    assert "another store" in restart.warnings[0]


def test_other_parameters_build_anew(restart: Restart) -> None:
    """Rows were put in order by the weights; other weights, other order."""
    usual = PARAMETERS.default_weights
    other = replace(usual, skill=usual.skill + 50_000, continuity=usual.continuity - 50_000)
    restart.answers(parameters=replace(PARAMETERS, default_weights=other))
    assert "other parameters" in restart.warnings[0]


def test_another_version_of_the_model_builds_anew(restart: Restart) -> None:
    """Arrays that other rules laid out are not read by these."""
    saved = index_file.read(restart.path)
    index_file.write(restart.path, replace(saved, engine=saved.engine._replace(layout="before")))
    restart.answers()
    assert "another version" in restart.warnings[0]
    restart.must_be_warm()


def test_what_is_far_behind_is_built_anew(restart: Restart, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where most providers changed since, reading all of them in order is faster."""
    write(restart.store_path, *(AdjustCapacity(f"volunteer-{number}", reserved=1) for number in (1, 2)))
    restart.must_be_warm()
    monkeypatch.setattr(resuming, "_FEW_CHANGES", 1)
    restart.answers()
    assert "more has changed" in restart.warnings[0]


def test_it_is_saved_again_only_if_it_moved_on(restart: Restart) -> None:
    """At the end of a service nothing is written that is there already."""
    before = restart.path.stat().st_ino
    with Unread(restart.store_path, FixedClock()) as store:
        starter = restart.open(store)
        matcher = starter.load_and_keep()
        starter.save()
        assert restart.path.stat().st_ino == before
        write(restart.store_path, AdjustCapacity("volunteer-1", reserved=1))
        matcher.refresh()
        starter.save()
        assert index_file.read(restart.path).cursor == matcher.cursor == store.head()


def test_a_folder_that_cannot_be_written_is_a_warning(store_path: Path) -> None:
    """The service answers without it."""
    restart = Restart(store_path)
    restart.path = store_path.parent / "no" / "city.db.index"
    restart.answers()
    assert restart.warnings == ["the index was not saved: No such file or directory"]


def test_where_the_index_is(tmp_path: Path) -> None:
    """Next to a file; for a server in the folder that is set, without its password; nowhere if told so."""
    server = "neo4j://neo4j:secret@db.example:7687"

    def place(url: str, **settings: Any) -> Path | None:
        return index_path(Settings(store_url=url, **settings), file_of(url))

    assert place("sqlite:////srv/city.db") == Path("/srv/city.db.index")
    assert place("sqlite:///city.db", index_path=tmp_path) == tmp_path / "city.db.index"
    assert place("sqlite:///city.db", keep_index=False) is None
    assert place(server) is None
    assert place(server, index_path=tmp_path) == tmp_path / "db.example-7687.index"
    assert place(server, index_path=tmp_path, keep_index=False) is None


def test_an_application_saves_at_its_start_and_its_end(open_client: Client, store_path: Path) -> None:
    """What was committed through it is in the index when it has ended."""
    path = store_path.with_name("city.db.index")
    client = open_client()
    started = index_file.read(path).cursor
    client.patch("/v1/providers/volunteer-1", json={"is_active": False}, headers={"If-Match": '"1"'})
    first_of(client)
    client.__exit__(None, None, None)
    assert index_file.read(path).cursor == started + 1


def test_it_can_be_switched_off(open_client: Client, store_path: Path) -> None:
    """Then there is no file, neither read nor written."""
    open_client(keep_index=False).__exit__(None, None, None)
    assert not store_path.with_name("city.db.index").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_server_starts_from_what_the_last_one_left(start: Start, number: signal.Signals) -> None:
    """Stopped in order or killed, the next one knows everything that was committed."""
    server = start()
    with server.client() as client:
        client.patch("/v1/providers/volunteer-1", json={"is_active": False}, headers={"If-Match": '"1"'})
        assert first_of(client) == "volunteer-2"
    server.stop(number)
    again = start()
    with again.client() as client:
        assert first_of(client) == "volunteer-2"
    again.stop(signal.SIGTERM)
    assert not [line for line in again.log() if line["level"] == "warning"]


def test_a_server_says_why_it_builds_anew(start: Start, store_path: Path) -> None:
    """The log has one warning with the reason, and no path."""
    start().stop(signal.SIGTERM)
    flip(store_path.with_name("city.db.index"))
    server = start()
    with server.client() as client:
        assert first_of(client) == "volunteer-1"
    (line,) = [line for line in server.log() if line["level"] == "warning"]
    assert (line["event"], line["reason"]) == (
        "the saved index is not used; it is built anew",
        "it is damaged",
    )


def test_reasons_do_not_tell_paths(tmp_path: Path) -> None:
    """The system repeats the path that it refuses; logs hold none."""
    with pytest.raises(OSError, match=str(tmp_path)) as raised:
        (tmp_path / "no").read_bytes()
    assert warm_start._words(raised.value) == "No such file or directory"
