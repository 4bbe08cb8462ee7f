"""Recorded suggestion lists: made again, and held against what the audit trail says of them."""

from __future__ import annotations

from dataclasses import dataclass

from graph_models.bulk import every
from graph_models.domain.audit import AuditEvent, SuggestionRecord, digest_of
from graph_models.ports import GraphStore
from matcher.evidence import Replay, replay


@dataclass(frozen=True, slots=True)
class Recalled:
    """A recorded list.

    Parameters
    ----------
    record
        As it is stored.
    replay
        The list beside the one that is made again from the record.
    is_as_cited
        Whether it is, to the byte, what every event that rests on it cites, and one does. Records can be
        erased, so the chain of the audit trail does not hold them; it holds these events.
    """

    record: SuggestionRecord
    replay: Replay
    is_as_cited: bool

    @property
    def is_sound(self) -> bool:
        """Whether the list is the one that was given, and what the model says."""
        return self.is_as_cited and self.replay.is_equal


def recall(store: GraphStore, record_id: str) -> Recalled:
    """Read a record and make its list again.

    Raises
    ------
    NotFound
        There is no such record, or it was erased.
    InvalidValue
        It is not a record of this version.
    """
    record = store.get(SuggestionRecord, record_id).value
    events = (each.value for each in every(store, AuditEvent, {"need_id": record.need_id}))
    cited = {each.evidence_digest for each in events if each.suggestion_id == record.id}
    return Recalled(record, replay(record.content), cited == {digest_of(record)})
