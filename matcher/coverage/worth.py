"""What one more unit at each place would be worth: the prices of the best plan."""

from __future__ import annotations

from dataclasses import dataclass

from graph_models.domain.checks import check_integer
from graph_models.domain.identifiers import AreaCode, ProviderId
from matcher.coverage.city import City
from matcher.planning import Demand, make_plan


@dataclass(frozen=True, slots=True)
class UnitWorth:
    """What one more unit of a provider would be worth to the whole city.

    Parameters
    ----------
    provider_id, kind, name, community_code
        Who and where.
    weight
        Urgency-weighted needs that could be served in addition, at most.
    score
        Score that could be gained in addition beyond the weight; below 0 where more weight costs score.
    """

    provider_id: ProviderId
    kind: str
    name: str
    community_code: AreaCode | None
    weight: float
    score: float


def worth_of_units(city: City, most: int = 50) -> tuple[UnitWorth, ...]:
    """Return the providers at which one more unit is worth most, by the prices of the best plan.

    A price bounds the gain of a plan in which needs may be split from above; of several optimal prices
    one is given. Not told is what a unit is worth that makes a provider eligible in the first place:
    where it has none, or too few for a need that is indivisible. Providers with units left cost nothing
    and are not named.

    Parameters
    ----------
    most
        How many at most.

    Raises
    ------
    InvalidValue
        If `most` is not at least 1.
    """
    check_integer("most", most, least=1)
    demand = Demand(city.contexts, (), (), city.unusable)
    plan = make_plan(city.engine, demand, city.catalogue.parameters, lambda *_: None)
    certificate = plan.certificate
    prices = certificate.unit_price.tolist()
    costly = sorted((-price, number) for number, price in enumerate(prices) if price > 0)[:most]
    providers = city.engine.find([plan.provider_ids[number] for _, number in costly])
    found = []
    for (negative, number), provider in zip(costly, providers, strict=True):
        # To the nearest part: a score that falls must not take a part of the weight with it.
        parts = (2 * -negative + certificate.step) // (2 * certificate.step)
        found.append(
            UnitWorth(
                plan.provider_ids[number],
                provider.kind if provider else "",
                provider.name if provider else "",
                provider.community_code if provider else None,
                parts / certificate.parts,
                (-negative - parts * certificate.step) * certificate.quantum / 10**12,
            )
        )
    return tuple(found)
