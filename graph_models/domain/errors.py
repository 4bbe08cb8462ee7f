"""The tree of errors that every layer raises and only the edges translate.

::

    LastMeterError
    ├── InvalidValue               a value breaks a named rule of a named field
    ├── NotFound                   nothing has this key
    ├── Conflict
    │   ├── DuplicateKey           create asked for, the key is taken
    │   ├── RevisionConflict       the caller's revision is stale
    │   ├── IdempotencyConflict    the write id was used for another body
    │   └── StillReferenced        a delete would leave dangling references
    ├── UnknownReference           a written value points at nothing
    ├── CapacityExceeded           more units than remain
    └── StoreError
        ├── StoreUnavailable       retry helps: the store is away or busy
        ├── StoreReadOnly          somebody has to make it writable; reads go on
        ├── OutcomeUnknown         a commit was sent and its answer was lost
        └── IncompatibleSchema     the store was written by another schema version

`is_retryable` answers whether the same call may succeed later without any change by the caller.
`OutcomeUnknown` is not retryable blindly: read the write id back first, see `GraphStore.outcome_of`.
"""

from __future__ import annotations


class LastMeterError(Exception):
    """Base of every error that this project raises on purpose."""

    is_retryable: bool = False


class InvalidValue(LastMeterError):
    """A value breaks a rule.

    Parameters
    ----------
    field
        Dotted path of the field, as the caller spells it (``location.latitude``).
    rule
        What must hold, as a phrase that completes "must …".
    value
        The offending value; only its class and a short form of numbers are shown, never free text.

    Examples
    --------
    >>> str(InvalidValue("capacity.total", "be at least 0", -3))
    'capacity.total must be at least 0, got -3'
    >>> str(InvalidValue("name", "not be empty", ""))
    'name must not be empty, got an empty text'
    """

    def __init__(self, field: str, rule: str, value: object = None) -> None:
        super().__init__(f"{field} must {rule}, got {describe(value)}")
        self.field = field
        self.rule = rule
        self.value_class = type(value).__name__


def describe(value: object) -> str:
    """Say what a value is without repeating free text, which may be personal.

    >>> describe(float("nan")), describe("a name"), describe([1, 2]), describe(None), describe((3, 2))
    ('nan', 'a text of 6 characters', 'list', 'nothing', '(3, 2)')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, str):
        return f"a text of {len(value)} characters" if value else "an empty text"
    if isinstance(value, tuple) and all(isinstance(each, int) for each in value):
        return repr(value)  # the shape of an array
    return type(value).__name__


class NotFound(LastMeterError):
    """Nothing of this kind has this key."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"no {kind} has the id {key!r}")
        self.kind = kind
        self.key = key


class Conflict(LastMeterError):
    """The write contradicts what the store holds."""


class DuplicateKey(Conflict):
    """A create found its key taken."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"{kind} {key!r} exists already")
        self.kind = kind
        self.key = key


class RevisionConflict(Conflict):
    """The expected revision is not the current one; read again and decide anew."""

    def __init__(self, kind: str, key: str, expected: int, actual: int) -> None:
        super().__init__(f"{kind} {key!r} is at revision {actual}, the change expects {expected}")
        self.kind = kind
        self.key = key
        self.expected = expected
        self.actual = actual


class IdempotencyConflict(Conflict):
    """The write id was used before for a different body."""

    def __init__(self, write_id: str) -> None:
        super().__init__(f"write id {write_id!r} was used for a different request")
        self.write_id = write_id


class StillReferenced(Conflict):
    """A delete was refused because another value points at this one."""

    def __init__(self, kind: str, key: str, referrer: str) -> None:
        super().__init__(f"{kind} {key!r} is still referenced by a {referrer}")
        self.kind = kind
        self.key = key
        self.referrer = referrer


class UnknownReference(LastMeterError):
    """A field points at a key that does not exist."""

    def __init__(self, field: str, kind: str, key: str) -> None:
        super().__init__(f"{field} points at {kind} {key!r}, which does not exist")
        self.field = field
        self.kind = kind
        self.key = key


class CapacityExceeded(LastMeterError):
    """A capacity change would leave fewer than 0 units of some account."""

    def __init__(self, provider_id: str, remaining: int, wanted: int) -> None:
        super().__init__(f"provider {provider_id!r} has {remaining} units left, {wanted} wanted")
        self.provider_id = provider_id
        self.remaining = remaining
        self.wanted = wanted


class StoreError(LastMeterError):
    """The store itself failed."""


class StoreUnavailable(StoreError):
    """The store is away, busy or starting; the same call may succeed later."""

    is_retryable = True


class StoreReadOnly(StoreError):
    """The store takes no writes until somebody makes it writable; reads go on."""


class OutcomeUnknown(StoreError):
    """A commit was sent, its answer was lost: ask `GraphStore.outcome_of` before repeating."""

    def __init__(self, write_id: str) -> None:
        super().__init__(f"the outcome of write {write_id!r} is not known; read it back")
        self.write_id = write_id


class IncompatibleSchema(StoreError):
    """The store's schema version is not the one of this program."""
