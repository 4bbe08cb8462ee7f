"""A whole synthetic city, streamed part by part: the door to this package.

The hierarchy, the outlines and the totals are real; every point, person and provider is made up.
``docs/synthetic-city.md`` says what follows which distribution.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain

from graph_models.city.charities import charities
from graph_models.city.crowd import Crowd, draw_crowd
from graph_models.city.hierarchy import load_hierarchy
from graph_models.city.history import History, draw_history
from graph_models.city.menu import load_menu
from graph_models.city.needs import open_needs
from graph_models.city.residents import People, draw_people
from graph_models.city.settlement import Settlement, areas, settle
from graph_models.city.staff import full_staff, staff
from graph_models.city.stations import STATIONS, UNITS_PER_STATION, stations
from graph_models.city.volunteers import Surroundings, volunteers
from graph_models.domain.checks import check_aware, check_integer
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import ProviderId
from graph_models.domain.providers import Provider
from graph_models.ports import Entity

DEMO_SCALE = 0.01
DEFAULT_SEED = 4401
DEFAULT_AS_OF = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # a Monday, 09:00 in Guangzhou

# Real totals of the city (Guangzhou Daily, 2022-09-26) that are multiplied by the scale.
RESIDENTS = 44_337
CHARITY_ASSISTANCES = 8_412
VOLUNTEERS = 4_000_000
VOLUNTEER_SERVICES = 13_820
REFUSALS = VOLUNTEER_SERVICES // 10


def generate_city(
    scale: float = DEMO_SCALE, seed: int = DEFAULT_SEED, as_of: datetime = DEFAULT_AS_OF
) -> City:
    """Describe a synthetic Guangzhou; nothing is drawn before a part is asked for.

    Parameters
    ----------
    scale
        Share of the real totals, above 0 and up to 1. The administrative hierarchy is always whole.
    seed
        Any number from 0. The same scale, seed and instant give the same city on every machine.
    as_of
        The instant at which the city stands: needs are open then and want help in the two weeks after.

    Raises
    ------
    InvalidValue
        If an argument is outside its range or `as_of` lacks a UTC offset.

    Examples
    --------
    >>> city = generate_city(scale=0.01)
    >>> city.counts()["volunteers"]
    40000
    >>> next(city.entities()).name
    '广州市'
    """
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 < scale <= 1:
        raise InvalidValue("scale", "be a number above 0 and up to 1", scale)
    check_integer("seed", seed, most=2**63 - 1)
    check_aware("as_of", as_of)
    return City(scale, seed, as_of.astimezone(UTC))


@dataclass(frozen=True)
class City:
    """A synthetic Guangzhou; made by `generate_city`."""

    scale: float
    seed: int
    as_of: datetime

    def counts(self) -> dict[str, int]:
        """Return how many values each part has, without drawing anybody."""
        hierarchy, menu = load_hierarchy(), load_menu()
        return {
            "areas": 1 + len(hierarchy.districts) + len(hierarchy.streets) + len(hierarchy.communities),
            "skills": len(menu.skills),
            "categories": len(menu.categories),
            "staff": self._scaled(full_staff(hierarchy), least=len(hierarchy.districts)),
            "residents": self._scaled(RESIDENTS),
            "stations": self._scaled(STATIONS, least=len(hierarchy.districts)),
            "charities": self._scaled(CHARITY_ASSISTANCES),
            "volunteers": self._scaled(VOLUNTEERS),
            "needs": self._scaled(RESIDENTS) + self._scaled(VOLUNTEER_SERVICES),
            "referrals": self._scaled(VOLUNTEER_SERVICES) + self._scaled(REFUSALS),
        }

    def parts(self) -> Iterator[tuple[str, Iterator[Entity]]]:
        """Iterate over names and values of the parts; values refer to earlier ones only."""
        menu, counts = load_menu(), self.counts()
        settlement, seed, as_of = self._settlement, self.seed, self.as_of
        yield "areas", areas(settlement)
        yield "skills", iter(menu.skills)
        yield "categories", iter(menu.categories)
        yield "staff", staff(settlement.hierarchy, counts["staff"])
        yield "residents", iter(self._people.residents)
        yield "stations", iter(self._stations)
        yield "charities", charities(settlement, counts["charities"], seed, as_of)
        yield "volunteers", volunteers(self._crowd, self._surroundings, seed, as_of)
        past_needs = self._history.past_needs
        yield "needs", chain(open_needs(self._people, self._crowd, seed, as_of), past_needs)
        yield "referrals", iter(self._history.referrals)

    def entities(self) -> Iterator[Entity]:
        """Iterate over all values, each after those that it refers to.

        At scale 1 this takes about 0.1 GB: volunteers are drawn in chunks and not kept.
        """
        for _, values in self.parts():
            yield from values

    def _scaled(self, total: int, least: int = 1) -> int:
        return max(least, round(total * self.scale))

    @cached_property
    def _settlement(self) -> Settlement:
        return settle(self.seed)

    @cached_property
    def _people(self) -> People:
        return draw_people(self._settlement, self._scaled(RESIDENTS), self.seed, self.as_of)

    @cached_property
    def _stations(self) -> tuple[Provider, ...]:
        total, units = self.counts()["stations"], self._scaled(STATIONS * UNITS_PER_STATION)
        return tuple(stations(self._settlement, total, units, self.seed, self.as_of))

    @cached_property
    def _crowd(self) -> Crowd:
        return draw_crowd(self._settlement, self._scaled(VOLUNTEERS), self.seed)

    @cached_property
    def _history(self) -> History:
        services, refusals = self._scaled(VOLUNTEER_SERVICES), self._scaled(REFUSALS)
        return draw_history(self._people, self._crowd, services, refusals, self.seed, self.as_of)

    @property
    def _surroundings(self) -> Surroundings:
        hierarchy = self._settlement.hierarchy
        serving: dict[str, ProviderId] = {}
        for station in self._stations:
            for code in (*station.serves, *(code[:6] for code in station.serves)):
                serving.setdefault(code, station.id)
        station_ids = [
            serving.get(community.code[:9]) or serving[community.code[:6]]
            for community in hierarchy.communities
        ]
        return Surroundings(station_ids, self.counts()["charities"], self._history.asked_at)
