"""What a dispatcher asks for: providers for a need, from a store as it stands now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from threading import Lock

from graph_models.domain.categories import Category
from graph_models.domain.checks import check_integer
from graph_models.domain.errors import StoreUnavailable
from graph_models.domain.identifiers import NeedId, ProviderId
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.places import Area, Location
from graph_models.domain.providers import Provider
from graph_models.domain.skills import Skill
from graph_models.ports import MAX_BATCH, ChangeSet, Clock, E, Entity, GraphStore, Stored, Within
from matcher.answers import NeedSuggestions, SavedMatcher
from matcher.cases import Case, Cases
from matcher.catalogue import Catalogue, read_catalogue
from matcher.city_plans import CityPlan, PlanSource, plan_city
from matcher.context import NeedContext, gather_context, local_year
from matcher.coverage.city import City, read_city
from matcher.engine import COLUMNS, Engine, UnusableIndex
from matcher.evidence import Evidence, narrowed, told
from matcher.memory import Mark
from matcher.parameters import MatchParameters
from matcher.planning import PlanScope, check_scope
from matcher.remarks import remarks_on
from matcher.rounds import Rounds
from matcher.suggestions import SuggestionList

MAX_SUGGESTIONS = 100
_CHANGE_SETS_AT_ONCE = 100
_FEW_CHANGES = 10_000  # to read so many one by one takes no time worth saving
_FAR_BEHIND = 4  # one in so many providers changed: reading all of them in order is as fast
_IN_CATALOGUE = frozenset[type[Entity]]({Area, Skill, Category})


@dataclass(frozen=True, slots=True)
class _Made:
    """A list of suggestions, and what it was made from."""

    case: Case
    now: datetime
    catalogue: Catalogue
    revision: int
    context: NeedContext
    result: SuggestionList


class LiveMatcher:
    """Suggestions from a store, kept up with its change feed.

    May be shared between threads: answers go on while the engine follows the store, and none sees a
    change by halves. An answer takes account of every change set up to its `graph_revision`; of a
    provider that changed again meanwhile it may show the later state.

    Parameters
    ----------
    store
        Where the graph lives. Loading reads all of its providers, unless they were saved.
    clock
        Tells the time against which cooldowns and verifications are held.
    parameters
        Of the matching model.
    saved
        What an earlier matcher on this store saved: only what changed since is read.

    Raises
    ------
    InvalidValue
        If the parameters name a category that the service menu does not have.
    UnusableIndex
        If what was saved is of another store, of a later state of it or of one that is long past, or
        was made by another version of the matching model or with other parameters.
    StoreUnavailable
        If the store is away, also from every method, unless it says otherwise.
    """

    def __init__(
        self,
        store: GraphStore,
        clock: Clock,
        parameters: MatchParameters,
        saved: SavedMatcher | None = None,
    ) -> None:
        self._store = store
        self._cases = Cases(store)
        self._clock = clock
        self._parameters = parameters
        self._refreshing = Lock()  # one thread at a time follows the feed, without holding up answers
        self._catching_up = Rounds(self._catch_up)
        self._epoch = 0  # odd while areas, skills or categories change together with providers
        # The cursor is read before the tables: what changes meanwhile is read twice rather than never.
        self._contact = clock.now()
        self._cursor = store.head() if saved is None else saved.cursor
        self._last = self._change_set_at(self._cursor)
        if saved is not None:
            self._check(saved)
        self._catalogue = read_catalogue(self._store, self._parameters)
        if saved is None:
            self._engine = Engine(parameters=parameters)
            self._engine.load(store.scan_columns(Provider, COLUMNS))
        else:
            self._engine = Engine.restored(saved.engine, parameters)
        self.refresh()

    @property
    def cursor(self) -> int:
        """Sequence number of the last change set that answers take account of."""
        return self._cursor

    @property
    def provider_count(self) -> int:
        """Number of providers that answers choose from."""
        return len(self._engine)

    def refresh(self) -> None:
        """Catch up with everything that was committed before the call."""
        self._catching_up.join()

    def _catch_up(self) -> None:
        began = self._clock.now()
        is_behind = True
        while is_behind:
            with self._refreshing:
                found = self._store.changes_since(self._cursor, limit=_CHANGE_SETS_AT_ONCE)
                if found:
                    self._follow(found)
            is_behind = len(found) == _CHANGE_SETS_AT_ONCE
        self._contact = began

    def keep_up(self) -> None:
        """Catch up, and read what has changed so that it is at hand if the store goes away.

        Called now and then it bounds the age of what is answered while the store is away.
        """
        self.refresh()
        self._cases.catch_up(self._mark())

    def save(self, write: Callable[[SavedMatcher], None]) -> None:
        """Have this matcher written down. Until that is done it does not follow the store."""
        with self._refreshing:
            write(SavedMatcher(self._cursor, _digest(self._last), self._engine.saved()))

    def prepare(self) -> None:
        """Rank providers for the categories served by phone, so that the first need does not wait for it."""
        now = self._clock.now()
        for category in self._catalogue.categories.values():
            if category.is_remote:
                # Who is worth how much by phone does not depend on the place.
                need = Need(NeedId("to-come"), category.id, now, location=Location(0, 0))
                self._engine.prepare(gather_context(need, self._catalogue, now))

    def suggest(
        self, need_id: NeedId, limit: int = 10, explain: bool = False, within: Within = None
    ) -> NeedSuggestions:
        """Rank providers for a stored need.

        Parameters
        ----------
        need_id
            The need.
        limit
            Most suggestions, 1 to 100.
        explain
            Whether to say why there are not more even if there are `limit` suggestions.
        within
            Prefixes of area codes that the need must lie in; None means anywhere.

        While the store is away, a need that was asked for, or changed lately, is answered from memory.

        Raises
        ------
        NotFound
            If the store has no such need there.
        InvalidValue
            If `limit` is out of range, or neither the need nor its community has a point.
        """
        return self._answer(
            lambda mark: self._cases.read(need_id, mark, within),
            lambda mark: self._cases.recall(need_id, mark, within),
            limit,
            explain,
        )

    def suggest_for(
        self, need: Need, resident: Resident | None = None, limit: int = 10, explain: bool = False
    ) -> NeedSuggestions:
        """Rank providers for a need that is not stored.

        While the store is away, the providers that it excludes are taken at its word.

        Parameters
        ----------
        need
            The need. If it names a resident of the store, that resident's history counts.
        resident
            For whom; None means the resident that the need names, if any.
        limit, explain
            As for `suggest`.

        Raises
        ------
        UnknownReference
            If its category, resident, community, a required skill or an excluded provider does not exist.
        InvalidValue
            If `limit` is out of range, or neither the need nor its community has a point.
        """
        return self._answer(
            lambda mark: self._cases.read_described(need, resident, mark),
            lambda mark: self._cases.recall_described(need, resident, mark),
            limit,
            explain,
        )

    def evidence_for(self, need_id: NeedId, limit: int = 10) -> tuple[Evidence, SuggestionList]:
        """Rank providers for a stored need, and gather all that it takes to do it again later.

        Raises
        ------
        NotFound, InvalidValue
            As for `suggest`.
        """
        while True:
            self.refresh()
            made = self._ask(self._cases.read(need_id, self._mark()), limit, explain=False)
            keys = [each.provider_id for each in made.result.suggestions]
            found = self._store.get_many(Provider, keys)
            evidence = Evidence(
                need=made.case.left,
                resident=made.case.resident,
                history=made.case.history,
                now=made.now,
                graph_revision=made.revision,
                catalogue=narrowed(made.context, made.catalogue),
                providers=tuple(found[key].value for key in keys if key in found),
                limit=limit,
            )
            # A provider may have changed after the list was made: then it is made again.
            if told(evidence.replayed()) == told(made.result):
                return evidence, made.result

    def _answer(
        self,
        read: Callable[[Mark], Case],
        recall: Callable[[Mark], tuple[Case, datetime] | None],
        limit: int,
        explain: bool,
    ) -> NeedSuggestions:
        check_integer("limit", limit, least=1, most=MAX_SUGGESTIONS)
        case, as_of, is_stale = self._case(read, recall)
        made = self._ask(case, limit, explain=explain)
        need, code, areas = case.need, made.context.community_code, made.catalogue.areas
        return NeedSuggestions(
            need=need,
            community_code=code,
            graph_revision=made.revision,
            is_synthetic=need.is_synthetic or (code is not None and areas[code].is_synthetic),
            result=made.result,
            remarks=remarks_on(made.context, areas),
            as_of=as_of,
            is_stale=is_stale,
        )

    def _case(
        self, read: Callable[[Mark], Case], recall: Callable[[Mark], tuple[Case, datetime] | None]
    ) -> tuple[Case, datetime, bool]:
        try:
            self.refresh()
            mark = self._mark()
            return read(mark), mark.at, False
        except StoreUnavailable:
            recalled = recall(self._mark())
            if recalled is None:
                raise
            return *recalled, True

    def _mark(self) -> Mark:
        # The contact first: a cursor that moves on meanwhile is then of a later moment, not an earlier.
        contact = self._contact
        return Mark(self._cursor, contact)

    def _ask(self, case: Case, limit: int, *, explain: bool) -> _Made:
        now = self._clock.now()
        while True:
            epoch, catalogue, revision = self._epoch, self._catalogue, self._cursor
            context = gather_context(case.left, catalogue, now, case.resident, case.history)
            result = self._engine.suggest(context, limit, explain=explain)
            if epoch == self._epoch and not epoch % 2:
                return _Made(case, now, catalogue, revision, context, result)
            with self._refreshing:  # the menu, the taxonomy or the areas are being replaced, which is rare
                continue

    def check_scope(self, scope: PlanScope) -> None:
        """Refuse a scope of a plan that nothing can be in.

        Raises
        ------
        UnknownReference
            If it names an area or category that does not exist.
        """
        self.refresh()
        check_scope(self._catalogue, scope)

    def plan(self, scope: PlanScope, tell: Callable[[str, int, int], None]) -> CityPlan:
        """Find providers for all open needs of a scope at once. Nothing is written.

        Parameters
        ----------
        scope
            Which needs.
        tell
            Called with what is being done, how much of it is done, and how much there is to do.

        Raises
        ------
        UnknownReference
            If the scope names an area or category that does not exist.
        """
        self.refresh()
        source = PlanSource(self._store, self._cursor, self._catalogue, self._clock.now())
        return plan_city(source, scope, lambda _: self._engine, tell)

    def city(self) -> City:
        """Read the whole city as it stands now, for its coverage to be studied.

        Its providers are in a copy, which takes as much memory as they do. Of needs and residents that
        changed meanwhile it may show the later state.
        """
        self.refresh()
        with self._refreshing:
            cursor, catalogue, engine = self._cursor, self._catalogue, self._engine.copy()
        return read_city(self._store, cursor, catalogue, engine, self._clock.now())

    def local_year(self, need: Need) -> int:
        """Return the calendar year at the place of a need: an age is told against it.

        Raises
        ------
        UnknownReference, InvalidValue
            As for `suggest_for`.
        """
        return local_year(need, self._catalogue, self._clock.now())

    def _check(self, saved: SavedMatcher) -> None:
        """Refuse what was not saved from this store, or so long ago that loading anew is faster."""
        if _digest(self._last) != saved.change_set:
            raise UnusableIndex("it was saved from another store, or from a later state of this one")
        most = max(_FEW_CHANGES, saved.engine.provider_count // _FAR_BEHIND)
        changed, cursor = 0, saved.cursor
        while change_sets := self._store.changes_since(cursor, limit=_CHANGE_SETS_AT_ONCE):
            changed += sum(change.kind is Provider for each in change_sets for change in each.changes)
            if changed > most:
                raise UnusableIndex("more has changed since than is read one by one")
            cursor = change_sets[-1].sequence

    def _change_set_at(self, cursor: int) -> ChangeSet | None:
        found = self._store.changes_since(cursor - 1, limit=1) if cursor else ()
        return found[0] if found else None

    def _follow(self, change_sets: tuple[ChangeSet, ...]) -> None:
        """Read what the change sets changed, then put it in force all at once."""
        changes = [change for each in change_sets for change in each.changes]
        keys = list(dict.fromkeys(change.key for change in changes if change.kind is Provider))
        found = [stored.value for stored in self._some(Provider, keys).values()]
        needs = self._some(Need, [change.key for change in changes if change.kind is Need])
        is_catalogue_stale = not _IN_CATALOGUE.isdisjoint(change.kind for change in changes)
        catalogue = read_catalogue(self._store, self._parameters) if is_catalogue_stale else self._catalogue
        gone = set(keys).difference(provider.id for provider in found)
        self._epoch += is_catalogue_stale
        try:
            self._engine.change(found, map(ProviderId, gone))
            self._catalogue = catalogue
        finally:
            self._epoch += is_catalogue_stale
        self._cases.note(change_sets, needs)
        self._last = change_sets[-1]
        self._cursor = self._last.sequence

    def _some(self, kind: type[E], keys: Sequence[str]) -> dict[str, Stored[E]]:
        found: dict[str, Stored[E]] = {}
        for start in range(0, len(keys), MAX_BATCH):
            found |= self._store.get_many(kind, keys[start : start + MAX_BATCH])
        return found


def _digest(change_set: ChangeSet | None) -> str:
    return blake2b(repr(change_set).encode(), digest_size=16).hexdigest()
