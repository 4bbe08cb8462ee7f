"""What a dispatcher asks for: providers for a need, from a store as it stands now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import TypeVar

from graph_models.bulk import behind
from graph_models.domain.categories import Category
from graph_models.domain.checks import check_integer
from graph_models.domain.errors import NotFound, StoreUnavailable
from graph_models.domain.identifiers import NeedId, ProviderId
from graph_models.domain.needs import Need
from graph_models.domain.people import Resident
from graph_models.domain.places import Area, Location
from graph_models.domain.providers import Provider
from graph_models.domain.skills import Skill
from graph_models.ports import ChangeSet, Clock, Entity, GraphStore, Within
from matcher.answers import Judgement, NeedSuggestions, ProvidersFound, SavedMatcher
from matcher.cases import Case, Cases, Made
from matcher.catalogue import read_catalogue
from matcher.cells import Box, CellCounts
from matcher.city_plans import CityPlan, PlanSource, plan_city
from matcher.context import NeedContext, gather_context, local_year, with_weights
from matcher.coverage.city import City, read_city
from matcher.engine import COLUMNS, Engine
from matcher.evidence import Evidence, narrowed, told
from matcher.memory import Mark
from matcher.parameters import MatchParameters, Weights
from matcher.planning import PlanScope, check_scope
from matcher.provider_map import ProviderMap
from matcher.remarks import remarks_on
from matcher.resuming import change_set_at, check_saved, digest_of
from matcher.rounds import Rounds
from matcher.suggestions import SuggestionList
from matcher.verdict import verdict_on

R = TypeVar("R")
MAX_SUGGESTIONS = 100
_IN_CATALOGUE = frozenset[type[Entity]]({Area, Skill, Category})


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
        self._last = change_set_at(store, self._cursor)
        if saved is not None:
            check_saved(store, saved, self._last)
        self._catalogue = read_catalogue(self._store, self._parameters)
        if saved is None:
            self._engine = Engine(parameters=parameters)
            self._engine.load(store.scan_columns(Provider, COLUMNS))
        else:
            self._engine = Engine.restored(saved.engine, parameters)
        self._map = ProviderMap(self._engine, clock.now)
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
        for part in behind(self._store, self._cursor):
            with self._refreshing:
                self._follow(part)
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
            write(SavedMatcher(self._cursor, digest_of(self._last), self._engine.saved()))

    def prepare(self) -> None:
        """Rank providers for the categories served by phone, so that the first need does not wait for it."""
        now = self._clock.now()
        for category in self._catalogue.categories.values():
            if category.is_remote:
                # Who is worth how much by phone does not depend on the place.
                need = Need(NeedId("to-come"), category.id, now, location=Location(0, 0))
                self._engine.prepare(gather_context(need, self._catalogue, now))

    def suggest(
        self,
        need_id: NeedId,
        limit: int = 10,
        explain: bool = False,
        within: Within = None,
        weights: Weights | None = None,
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
        weights
            To be tried in place of those in force.

        While the store is away, a need that was asked for, or changed lately, is answered from memory.

        Raises
        ------
        NotFound
            If the store has no such need there.
        InvalidValue
            If `limit` is out of range, neither the need nor its community has a point, or proximity
            would count for a need that is served by phone.
        """
        return self._answer(self._stored(need_id, within), limit, explain, weights)

    def judge(self, need_id: NeedId, provider_id: ProviderId, within: Within = None) -> Judgement:
        """Say what one provider is worth for a stored need, and all that keeps it from being suggested.

        Raises
        ------
        NotFound
            If there is no such need there, or no such provider.
        InvalidValue
            As for `suggest`.
        """
        case, as_of, is_stale = self._stored(need_id, within)
        made = self._ask(case, lambda context: verdict_on(context, provider_id, self._engine))
        if made.result is None:
            raise NotFound("Provider", provider_id)
        return Judgement(case.need, made.result, made.revision, as_of, is_stale)

    def suggest_for(
        self,
        need: Need,
        resident: Resident | None = None,
        limit: int = 10,
        explain: bool = False,
        within: Within = None,
    ) -> NeedSuggestions:
        """Rank providers for a need that is not stored.

        Parameters
        ----------
        need
            The need. If it names a resident of the store, that resident's history counts.
        resident
            For whom; None means the resident that the need names, if any.
        limit, explain, within
            As for `suggest`; a resident of the store who lies elsewhere does not exist.

        Raises
        ------
        UnknownReference
            If its category, resident, community, a required skill or an excluded provider does not exist.
        InvalidValue
            If `limit` is out of range, or neither the need nor its community has a point.
        """
        read, recall = self._cases.read_described, self._cases.recall_described
        asked = need, resident, within
        found = self._case(lambda mark: read(*asked, mark), lambda mark: recall(*asked, mark))
        return self._answer(found, limit, explain)

    def evidence_for(self, need_id: NeedId, limit: int = 10) -> tuple[Evidence, SuggestionList]:
        """Rank providers for a stored need, and gather all that it takes to do it again later.

        Raises
        ------
        NotFound, InvalidValue
            As for `suggest`.
        """
        while True:
            self.refresh()
            case = self._cases.read(need_id, self._mark())
            made = self._ask(case, lambda context: self._engine.suggest(context, limit))
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
        self, found: tuple[Case, datetime, bool], limit: int, explain: bool, weights: Weights | None = None
    ) -> NeedSuggestions:
        check_integer("limit", limit, least=1, most=MAX_SUGGESTIONS)
        case, as_of, is_stale = found
        suggest = self._engine.suggest
        made = self._ask(
            case, lambda context: suggest(with_weights(context, weights), limit, explain=explain)
        )
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

    def _stored(self, key: NeedId, within: Within) -> tuple[Case, datetime, bool]:
        read, recall = self._cases.read, self._cases.recall
        return self._case(lambda mark: read(key, mark, within), lambda mark: recall(key, mark, within))

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

    def _ask(self, case: Case, ask: Callable[[NeedContext], R]) -> Made[R]:
        now = self._clock.now()
        while True:
            epoch, catalogue, revision = self._epoch, self._catalogue, self._cursor
            context = gather_context(case.left, catalogue, now, case.resident, case.history)
            result = ask(context)
            if epoch == self._epoch and not epoch % 2:
                return Made(case, now, catalogue, revision, context, result)
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

    def provider_cells(
        self, box: Box, cell_degrees: float, category_id: str | None
    ) -> tuple[CellCounts, int]:
        """Count active providers and their free units in a grid: see `ProviderMap.cells`."""
        return self._map.cells(self._catalogue, self._cursor, box, cell_degrees, category_id)

    def search_providers(self, text: str, limit: int) -> ProvidersFound:
        """Find providers by name or id from memory, also while the store is away: see `Engine.named`."""
        is_stale = False
        try:
            self.refresh()
        except StoreUnavailable:
            is_stale = True
        revision = self._cursor
        return ProvidersFound(tuple(self._engine.named(text, limit)), revision, is_stale)

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

    def _follow(self, change_sets: tuple[ChangeSet, ...]) -> None:
        """Read what the change sets changed, then put it in force all at once."""
        changes = [change for each in change_sets for change in each.changes]
        keys = list(dict.fromkeys(change.key for change in changes if change.kind is Provider))
        found = [stored.value for stored in self._store.get_many(Provider, keys).values()]
        needs = self._store.get_many(Need, [change.key for change in changes if change.kind is Need])
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
