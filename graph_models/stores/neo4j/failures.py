"""The driver's errors as the project's own: callers never see a driver exception.

The driver itself repeats managed transactions where that helps; what arrives here is final. Server
messages are not passed on: they may quote values, which may be personal.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j.exceptions import (
    AuthError,
    ConnectionPoolError,
    DatabaseError,
    DriverError,
    Forbidden,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from graph_models.domain.errors import StoreError, StoreUnavailable

COMMIT_FAILED = "Neo.DatabaseError.Transaction.TransactionCommitFailed"
# The server ended the transaction: it ran out of time, or the database is shutting down.
ENDED = (
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.LockClientStopped",
    "Neo.ClientError.Transaction.Terminated",
)


class CommitInDoubt(StoreUnavailable):
    """A commit was sent and whether it took place is not known. Nothing else need care."""


@contextmanager
def translated() -> Iterator[None]:
    """Raise `StoreUnavailable`, `StoreError` or `CommitInDoubt` in place of any error of the driver."""
    try:
        yield
    except IncompleteCommit as error:
        raise CommitInDoubt("the connection broke during a commit") from error
    except (ServiceUnavailable, SessionExpired, ConnectionPoolError) as error:
        raise StoreUnavailable("the Neo4j server cannot be reached") from error
    except AuthError as error:
        raise StoreError("the Neo4j server refused the user name or password") from error
    except Forbidden as error:
        raise StoreError("the Neo4j user lacks a permission that the store needs") from error
    except TransientError as error:
        raise StoreUnavailable(f"the Neo4j server is busy ({error.code})") from error
    except Neo4jError as error:
        code = error.code or "no code"
        if code == COMMIT_FAILED:
            raise CommitInDoubt("the Neo4j server failed during a commit") from error
        if code.startswith(ENDED):
            raise StoreUnavailable("the Neo4j server ended the transaction before its time") from error
        kind = "failed" if isinstance(error, DatabaseError) else "refused"
        raise StoreError(f"the Neo4j server {kind} ({code})") from error
    except DriverError as error:
        raise StoreError(f"the Neo4j driver failed ({type(error).__name__})") from error
