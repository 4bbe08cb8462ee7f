"""Master keys and the file that holds them: one a line, ``id base64``, the current one first."""

from __future__ import annotations

import base64
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.personal.errors import BadKeyFile, UnknownKey
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import check_id

KEY_BYTES = 32
OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """Keys by id. The first encrypts; the others open what they sealed before."""

    by_id: Mapping[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.by_id:
            raise InvalidValue("keys", "hold a key", None)
        for key_id, key in self.by_id.items():
            check_id("keys.id", key_id)
            if len(key) != KEY_BYTES:
                raise InvalidValue("keys.key", f"have {KEY_BYTES} bytes", len(key))

    @property
    def current_id(self) -> str:
        return next(iter(self.by_id))

    def __getitem__(self, key_id: str) -> bytes:
        try:
            return self.by_id[key_id]
        except KeyError:
            raise UnknownKey(key_id) from None


def new_key_file(path: Path) -> str:
    """Make a file with one new key and return the key's id. A file that is there stays as it is."""
    key_id, line = _new_line()
    try:
        _create(path, line)
    except FileExistsError:
        raise BadKeyFile("not be there yet") from None
    return key_id


def add_key(path: Path) -> str:
    """Put a new key before the others, which makes it the current one, and return its id."""
    read_key_file(path)
    key_id, line = _new_line()
    beside = path.with_name(f"{path.name}.{key_id}")
    _create(beside, line + path.read_text("ascii"))
    beside.replace(path)
    return key_id


def read_key_file(path: Path) -> MasterKeys:
    try:
        with path.open("rb") as file:
            # Of the open file: the name could come to mean another one.
            _check_mode(os.fstat(file.fileno()).st_mode)
            lines = file.read().decode("ascii").splitlines()
        pairs = [line.split() for line in lines if line.strip()]
        keys = {key_id: base64.b64decode(text, validate=True) for key_id, text in pairs}
        if len(keys) < len(pairs):
            raise BadKeyFile("name each key once")
        return MasterKeys(keys)
    except OSError as error:
        raise BadKeyFile(f"be readable ({type(error).__name__})") from None
    except (ValueError, InvalidValue):
        # The cause would show the line, and so the key.
        raise BadKeyFile(f"hold lines of an id and {KEY_BYTES} bytes in base64") from None


def _check_mode(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise BadKeyFile("be a file")
    if stat.S_IMODE(mode) & ~OWNER_ONLY:
        raise BadKeyFile("belong to its owner alone (chmod 600)")


def _new_line() -> tuple[str, str]:
    key_id = f"key-{secrets.token_hex(6)}"
    return key_id, f"{key_id} {base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n"


def _create(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
