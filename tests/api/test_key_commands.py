"""The commands `api-key` and `keys`: the first credential of a machine, and the life of master keys."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.clock import SystemClock
from api.identity import keys
from api.personal.details import PersonalDetails
from api.personal.keys import read_key_file
from api.personal.rewrapping import rewrap
from api.personal.vault import Vault
from graph_models.domain.audit import AuditEvent
from graph_models.domain.contacts import Contact
from graph_models.domain.credentials import ApiKey
from graph_models.domain.errors import StoreUnavailable
from graph_models.domain.identifiers import EndpointId, ResidentId
from graph_models.domain.notifications import WebhookEndpoint
from graph_models.ports import ChangeSet, GraphStore, Put, WriteBatch
from graph_models.stores.sqlite.store import SqliteStore
from tests.api.command_line import Run
from tests.builders import NOW, FixedClock, a_resident, some_areas
from tests.contracts.purging import bytes_of

DETAILS = PersonalDetails("陈小明", "020 0000 0000", "沙面大街 0 号")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GraphStore]:
    """The store that the commands work on."""
    with SqliteStore(tmp_path / "city.db", FixedClock()) as store:
        yield store


class TestApiKey:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("issue", "app", "--role", "staff"),
            ("issue", "app", "--role", "staff", "--area", "440103", "--everywhere"),
            ("issue", "app", "--role", "god", "--everywhere"),
            ("issue", "--role", "staff", "--everywhere"),
        ],
    )
    def test_wrong_usage(self, run: Run, store: GraphStore, arguments: tuple[str, ...]) -> None:
        """Everywhere has to be said, and not with an area."""
        assert run("api-key", *arguments).status == 2
        assert store.count(ApiKey) == 0

    def test_refusals(self, run: Run, store: GraphStore) -> None:
        """A rule that is broken, and a key that is not there."""
        ended = run("api-key", "issue", "app", "--role", "resident_app", "--everywhere")
        assert (ended.status, ended.out) == (1, "")
        assert "must name an area for the role resident_app" in ended.err
        for command in ("rotate", "revoke"):
            assert (
                run("api-key", command, "0" * 16).err
                == "lastmeter: no ApiKey has the id '0000000000000000'\n"
            )
        assert store.count(ApiKey) == 0

    def test_area_that_is_not_there(self, run: Run, store: GraphStore) -> None:
        """Refused, so that no key reaches nothing by a slip; where nothing is loaded yet, one is told."""
        issue = ("api-key", "issue", "app", "--role", "staff", "--area")
        early = run(*issue, "999999", "--json")
        assert (early.status, early.json["jurisdiction"]) == (0, ["999999"])
        assert "the store holds no areas yet" in early.err
        store.write(WriteBatch("areas", tuple(map(Put, some_areas()))))
        ended = run(*issue, "440103", "--area", "999999")
        assert (ended.status, ended.out, ended.err) == (1, "", "lastmeter: no Area has the id '999999'\n")
        assert store.count(ApiKey) == 1
        assert run(*issue, "440103").err == ""

    def test_first_key_of_a_machine(self, run: Run, tmp_path: Path) -> None:
        """Issued before there is a service or even a store; it authenticates."""
        ended = run("api-key", "issue", "console", "--role", "admin", "--everywhere", "--json")
        assert ended.status == 0
        assert not {"digest"} & ended.json.keys()
        with SqliteStore(tmp_path / "city.db", SystemClock()) as store:
            key = keys.verify(ended.json["text"], lambda key_id: store.get(ApiKey, key_id).value, now=NOW)
            [event] = [each.value for each in store.scan(AuditEvent)]
        assert (key.name, key.within) == ("console", None)
        assert (event.actor, event.action, event.object_id) == ("local-operator", "apikey.created", key.id)

    def test_whole_life(self, run: Run) -> None:
        """Issued, replaced, taken back; the list tells no secret."""
        made = run(
            "api-key", "issue", "app", "--role", "staff", "--area", "440103", "--days", "30", "--json"
        ).json
        new = run("api-key", "rotate", made["id"], "--overlap-hours", "0", "--json").json
        plain = run("api-key", "rotate", new["id"])
        assert keys.is_key(plain.out.splitlines()[-1])
        assert run("api-key", "revoke", new["id"], "--json").json["revoked_at"] is not None
        assert run("api-key", "revoke", new["id"]).out == f"{new['id']} revoked\n"
        listed = run("api-key", "list", "--json")
        assert len(listed.json["api_keys"]) == 3
        told = listed.out + run("api-key", "list").out
        assert not [text for text in (made["text"], new["text"]) if text.rpartition("_")[2] in told]
        assert "440103, revoked" in told

    def test_reading_makes_no_store(self, run: Run, tmp_path: Path) -> None:
        """Where there is none, that is said."""
        assert "there is no store" in run("api-key", "list").err
        assert not (tmp_path / "city.db").exists()


class TestMasterKeys:
    def test_file(self, run: Run, tmp_path: Path) -> None:
        """Its owner's alone, never overwritten; an added key comes first and the older one stays."""
        file = tmp_path / "master.keys"
        made = run("keys", "new", file, "--json").json
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        again = run("keys", "new", file)
        assert (again.status, again.err) == (1, "lastmeter: the key file must not be there yet\n")
        added = run("keys", "add", file, "--json").json
        held = read_key_file(file)
        assert (held.current_id, list(held.by_id)) == (
            added["current_key"],
            [added["current_key"], made["current_key"]],
        )
        shown = run("keys", "add", file).out
        assert not [line for line in file.read_text().splitlines() if line.split()[1] in shown]

    def test_rewrap(
        self, run: Run, store: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All is sealed by the current key, after which the older one is not needed; again: nothing to do."""
        file = tmp_path / "master.keys"
        assert "LASTMETER_KEYS_FILE" in run("keys", "rewrap").err
        run("keys", "new", file)
        monkeypatch.setenv("LASTMETER_KEYS_FILE", str(file))
        old = sealed_values(store, Vault(read_key_file(file)))
        run("keys", "add", file)
        assert run("keys", "rewrap", "--json").json == {"contacts": 3, "webhooks": 1, "is_purged": True}
        file.write_text(file.read_text().splitlines()[0])
        check_opens(store, Vault(read_key_file(file)))
        files = bytes_of(f"sqlite:///{tmp_path / 'city.db'}")
        assert not [each.wrapped_key for each in old if each.wrapped_key.encode() in files]
        assert run("keys", "rewrap").out == "0 contacts and 0 secrets sealed anew\n"

    def test_rewrap_without_the_older_key(
        self, run: Run, store: GraphStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A key that is missing is named, nothing is lost."""
        file, other = tmp_path / "master.keys", tmp_path / "other.keys"
        run("keys", "new", file)
        run("keys", "new", other)
        sealed_values(store, Vault(read_key_file(file)))
        monkeypatch.setenv("LASTMETER_KEYS_FILE", str(other))
        ended = run("keys", "rewrap")
        assert (ended.status, ended.out) == (1, "")
        assert "the key file holds no key" in ended.err
        check_opens(store, Vault(read_key_file(file)))

    def test_rewrap_cut_short(self, run: Run, store: GraphStore, tmp_path: Path) -> None:
        """It goes on where it was; a contact that was written meanwhile is not set back."""
        file = tmp_path / "master.keys"
        run("keys", "new", file)
        sealed_values(store, Vault(read_key_file(file)))
        run("keys", "add", file)
        vault = Vault(read_key_file(file))
        meddled = Meddled(store, vault)
        with pytest.raises(StoreUnavailable):
            rewrap(meddled, vault)  # type: ignore[arg-type]
        done = rewrap(store, vault)
        assert (done.contacts, done.webhooks) == (0, 1)
        contact = store.get(Contact, "r1").value
        assert vault.open(contact) == replace(DETAILS, name="陈明")
        check_opens(store, vault, but="r1")


def sealed_values(store: GraphStore, vault: Vault) -> list[Contact]:
    """Three contacts and an endpoint."""
    residents = [a_resident(f"r{number}") for number in (1, 2, 3)]
    contacts = [vault.seal(each.id, DETAILS, NOW) for each in residents]
    sealed = vault.seal_text("e1", "whsec_secret")
    endpoint = WebhookEndpoint(EndpointId("e1"), "https://a.example.org/", (), sealed, NOW, 0)
    values = [*some_areas(), *residents, *contacts, endpoint]
    store.write(WriteBatch("sealed", tuple(map(Put, values))))
    return contacts


def check_opens(store: GraphStore, vault: Vault, but: str = "") -> None:
    for each in store.scan(Contact):
        if each.value.id != but:
            assert vault.open(each.value) == DETAILS
    endpoint = store.get(WebhookEndpoint, "e1").value
    assert vault.open_text("e1", endpoint.sealed_secret) == "whsec_secret"


class Meddled:
    """A store in which a contact changes just before the first write, and which is away after the second."""

    def __init__(self, store: GraphStore, vault: Vault) -> None:
        self._store, self._vault = store, vault
        self._writes = 0

    def write(self, batch: WriteBatch) -> ChangeSet:
        self._writes += 1
        if self._writes == 1:
            changed = self._vault.seal(ResidentId("r1"), replace(DETAILS, name="陈明"), NOW)
            self._store.write(WriteBatch("meanwhile", (Put(changed),)))
        if self._writes == 3:
            raise StoreUnavailable("cut off")
        return self._store.write(batch)

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)
