"""What a live matcher hands out: answers for one need, providers by name, and itself to be saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graph_models.domain.identifiers import AreaCode
from graph_models.domain.needs import Need
from matcher.engine import NamedProvider, SavedEngine
from matcher.remarks import Remark
from matcher.suggestions import SuggestionList
from matcher.verdict import Verdict


@dataclass(frozen=True, slots=True)
class NeedSuggestions:
    """The answer for one need, with what it was made from.

    Parameters
    ----------
    need
        The need as it was read or given.
    community_code
        Its community, or the nearest one, which stood in for it; None if none is near.
    graph_revision
        Sequence number of the last change set that the answer takes account of.
    is_synthetic
        Whether the need or its surroundings were made up for a demonstration.
    result
        Ranked providers, and why there are not more.
    remarks
        What is odd about the need.
    as_of
        Every change that was committed before then is taken account of.
    is_stale
        Whether the store could not be asked, so that later changes may be missing.
    """

    need: Need
    community_code: AreaCode | None
    graph_revision: int
    is_synthetic: bool
    result: SuggestionList
    remarks: tuple[Remark, ...]
    as_of: datetime
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one provider is worth for one need, and what it was found from.

    Parameters
    ----------
    need
        The need as it was read.
    verdict
        What speaks for the provider, and what against it.
    graph_revision, as_of, is_stale
        As in `NeedSuggestions`.
    """

    need: Need
    verdict: Verdict
    graph_revision: int
    as_of: datetime
    is_stale: bool


@dataclass(frozen=True, slots=True)
class ProvidersFound:
    """Providers that a text was looked for in.

    Parameters
    ----------
    providers
        Those that fit, best first.
    graph_revision, is_stale
        As in `NeedSuggestions`.
    """

    providers: tuple[NamedProvider, ...]
    graph_revision: int
    is_stale: bool


@dataclass(frozen=True, slots=True)
class SavedMatcher:
    """A matcher as it was at one moment.

    Parameters
    ----------
    cursor
        Sequence number of the last change set that it took account of.
    change_set
        Digest of that change set, by which the store is recognised: it says the same of another one
        only if both hold the same up to there.
    engine
        All of its providers.
    """

    cursor: int
    change_set: str
    engine: SavedEngine
