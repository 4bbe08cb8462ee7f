"""Whether a program can use a store, by the version of the schema that the store bears."""

from __future__ import annotations

from graph_models.domain.errors import IncompatibleSchema
from graph_models.schema import SCHEMA_VERSION

# Borne while a restore is under way, so that half of a store is never taken for a whole one.
RESTORING = 0


def check_version(found: int | None) -> None:
    """Refuse a store of another schema version than this program's, and say what helps.

    Raises
    ------
    IncompatibleSchema
        If it is another one, or none.

    Examples
    --------
    >>> check_version(SCHEMA_VERSION)
    >>> check_version(1)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    graph_models.domain.errors.IncompatibleSchema: the store has schema version 1, this program ...
    """
    if found == SCHEMA_VERSION:
        return
    if found == RESTORING:
        raise IncompatibleSchema("a restore into the store was cut short; run `lastmeter restore` again")
    versions = f"the store has schema version {found or 'none'}, this program {SCHEMA_VERSION}"
    if found is not None and found < SCHEMA_VERSION:
        raise IncompatibleSchema(f"{versions}; `lastmeter migrate` takes it forward")
    raise IncompatibleSchema(versions)
