"""Parameters of the matching model: validated, frozen, read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from enum import StrEnum
from importlib import resources
from typing import Any, TypeVar

from graph_models.domain.categories import Category
from graph_models.domain.checks import check_integer
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import CategoryId, check_id
from graph_models.domain.needs import Urgency
from matcher.fixed_point import MILLION

S = TypeVar("S", "Weights", "ContinuityParts")

LONGEST_VERIFICATION_DAYS = 36_500
MOST_NEAR_MISSES = 100
FARTHEST_M = 20_040_000  # half way round the Earth
HEAVIEST = 1_000


class FactorName(StrEnum):
    """The five factors of a score, in the order in which they are shown."""

    PROXIMITY = "proximity"
    SKILL = "skill"
    CAPACITY = "capacity"
    CONTINUITY = "continuity"
    FAIRNESS = "fairness"


def _check_shares(field: str, shares: Mapping[str, int]) -> None:
    """Refuse shares, in millionths, that are negative or do not sum to 1."""
    for name, value in shares.items():
        check_integer(f"{field}.{name}", value, most=MILLION)
    if (total := sum(shares.values())) != MILLION:
        raise InvalidValue(field, "sum to 1", total / MILLION)


@dataclass(frozen=True, slots=True)
class Weights:
    """Share of each factor in the score, in millionths; they sum to 1,000,000."""

    proximity: int
    skill: int
    capacity: int
    continuity: int
    fairness: int

    def __post_init__(self) -> None:
        _check_shares("weights", asdict(self))

    @classmethod
    def in_proportion(cls, shares: Mapping[FactorName, float]) -> Weights:
        """Scale numbers of at least 0 so that they sum to 1; what is left over goes to the largest.

        Raises
        ------
        InvalidValue
            If all of them are 0.

        Examples
        --------
        >>> Weights.in_proportion({name: 1.0 for name in FactorName}).in_order()
        (200000, 200000, 200000, 200000, 200000)
        >>> thirds = dict.fromkeys(FactorName, 0.0) | {name: 5.0 for name in list(FactorName)[:3]}
        >>> Weights.in_proportion(thirds).in_order()
        (333334, 333333, 333333, 0, 0)
        """
        total = sum(shares.values())
        if total <= 0:
            raise InvalidValue("weights", "not all be 0")
        scaled = {name: int(shares[name] / total * MILLION) for name in FactorName}
        scaled[max(FactorName, key=lambda name: shares[name])] += MILLION - sum(scaled.values())
        return cls(**{str(name): value for name, value in scaled.items()})

    def in_order(self) -> tuple[int, ...]:
        """Return the five weights in the order of `FactorName`."""
        return (self.proximity, self.skill, self.capacity, self.continuity, self.fairness)


@dataclass(frozen=True, slots=True)
class ContinuityParts:
    """What each kind of tie is worth within continuity, in millionths; they sum to 1,000,000."""

    served_resident: int
    based_in_community: int
    serves_by_assignment: int

    def __post_init__(self) -> None:
        _check_shares("continuity", asdict(self))


@dataclass(frozen=True, slots=True)
class MatchParameters:
    """Everything about the matching model that a city may choose.

    Parameters
    ----------
    default_weights, remote_weights
        For categories served on the spot and by phone; the latter give proximity 0.
    category_weights
        Sets of their own for some categories.
    similarity_cut_off
        Millionths; a Wu-Palmer similarity below it counts as none.
    continuity
        Parts of the factor continuity.
    half_referrals
        Per kind of provider: referrals in 30 days at which fairness is worth one half, at least 1.
    default_half_referrals
        The same for any other kind.
    verification_days
        Age in days up to which a verification counts, 1 to 36,500.
    near_misses
        Most near misses that an answer names, 0 to 100.
    nearest_community_m
        Metres within which the nearest community stands in for one that a need does not name.
    urgency_weights
        What it counts in a plan to serve a need of each urgency, from 1 to 1,000.

    Raises
    ------
    InvalidValue
        If a value is outside its range, or the remote weights count proximity.
    """

    default_weights: Weights
    remote_weights: Weights
    category_weights: Mapping[CategoryId, Weights]
    similarity_cut_off: int
    continuity: ContinuityParts
    half_referrals: Mapping[str, int]
    default_half_referrals: int
    verification_days: int
    near_misses: int
    nearest_community_m: int
    urgency_weights: Mapping[Urgency, int]

    def __post_init__(self) -> None:
        if self.remote_weights.proximity:
            raise InvalidValue("weights.remote.proximity", "be 0", self.remote_weights.proximity / MILLION)
        for category_id in self.category_weights:
            check_id("weights.categories", category_id)
        check_integer("skill.similarity_cut_off", self.similarity_cut_off, most=MILLION)
        check_integer("fairness.default_half_referrals", self.default_half_referrals, least=1)
        for kind, half in self.half_referrals.items():
            check_integer(f"fairness.half_referrals.{kind}", half, least=1)
        check_integer(
            "verification.max_age_days", self.verification_days, least=1, most=LONGEST_VERIFICATION_DAYS
        )
        check_integer("explanation.near_misses", self.near_misses, most=MOST_NEAR_MISSES)
        check_integer("place.nearest_community_m", self.nearest_community_m, most=FARTHEST_M)
        for urgency in Urgency:
            weight = self.urgency_weights[urgency]
            check_integer(f"plan.urgency_weights.{urgency}", weight, least=1, most=HEAVIEST)

    def weights_for(self, category: Category) -> Weights:
        """Return the category's own weights, else those for its way of being served.

        Raises
        ------
        InvalidValue
            If the category is remote and its own weights count proximity.
        """
        own = self.category_weights.get(category.id)
        if own is None:
            return self.remote_weights if category.is_remote else self.default_weights
        if category.is_remote and own.proximity:
            field = f"weights.categories.{category.id}.proximity"
            raise InvalidValue(field, "be 0 for a category served by phone", own.proximity / MILLION)
        return own

    def check_categories(self, categories: Collection[Category]) -> None:
        """Refuse weights for categories that do not exist or do not count proximity.

        Raises
        ------
        InvalidValue
            If a set is named after none of the categories, or breaks the rule of `weights_for`.
        """
        known = {category.id: category for category in categories}
        for category_id in self.category_weights:
            if category_id not in known:
                raise InvalidValue(f"weights.categories.{category_id}", "name a known category")
            self.weights_for(known[category_id])

    def half_referrals_of(self, kind: str) -> int:
        """Return the referrals in 30 days at which fairness is worth one half for a kind."""
        return self.half_referrals.get(kind, self.default_half_referrals)


def default_parameters() -> MatchParameters:
    """Return the parameters that come with the package.

    >>> default_parameters().default_weights.in_order()
    (350000, 250000, 100000, 200000, 100000)
    """
    return parse_parameters((resources.files("matcher") / "parameters.toml").read_text("utf-8"))


def parse_parameters(text: str) -> MatchParameters:
    """Read parameters from TOML of the form of the packaged ``parameters.toml``.

    Raises
    ------
    InvalidValue
        Naming the key, if the text is not TOML, a key is missing or not known, a value has the wrong
        type or range, a share has more than 6 decimals, or shares do not sum to 1 (with their sum).
    """
    try:
        root = _Table("", tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        raise InvalidValue("parameters", f"be TOML ({error})") from error
    weights = root.table("weights")
    categories = weights.table("categories", is_optional=True)
    fairness = root.table("fairness")
    half_referrals = fairness.table("half_referrals", is_optional=True)
    urgencies = root.table("plan").table("urgency_weights")
    parameters = MatchParameters(
        default_weights=weights.shares("default", Weights),
        remote_weights=weights.shares("remote", Weights),
        category_weights={CategoryId(key): categories.shares(key, Weights) for key in categories.names()},
        similarity_cut_off=root.table("skill").share("similarity_cut_off"),
        continuity=root.shares("continuity", ContinuityParts),
        half_referrals={kind: half_referrals.integer(kind) for kind in half_referrals.names()},
        default_half_referrals=fairness.integer("default_half_referrals"),
        verification_days=root.table("verification").integer("max_age_days"),
        near_misses=root.table("explanation").integer("near_misses"),
        nearest_community_m=root.table("place").integer("nearest_community_m"),
        urgency_weights={each: urgencies.integer(each) for each in Urgency},
    )
    root.refuse_unread()
    return parameters


class _Table:
    """A TOML table that knows its path, and which of its keys nobody has asked for."""

    def __init__(self, path: str, values: Mapping[str, Any]) -> None:
        self._path = path
        self._unread = dict(values)
        self._tables: list[_Table] = []

    def names(self) -> list[str]:
        return list(self._unread)

    def table(self, key: str, *, is_optional: bool = False) -> _Table:
        values = self._take(key, {} if is_optional else None)
        if not isinstance(values, dict):
            raise InvalidValue(self._name(key), "be a table", values)
        self._tables.append(table := _Table(self._name(key), values))
        return table

    def integer(self, key: str) -> int:
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidValue(self._name(key), "be an integer", value)
        return value

    def share(self, key: str) -> int:
        """Read a number from 0 to 1 with at most 6 decimals, in millionths."""
        value = self._take(key)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            raise InvalidValue(self._name(key), "be a number", value)
        if not (Decimal(value).is_finite() and 0 <= value <= 1):
            raise InvalidValue(self._name(key), "be from 0 to 1", float(value))
        if (millionths := value * MILLION) != int(millionths):
            raise InvalidValue(self._name(key), "have at most 6 decimals", float(value))
        return int(millionths)

    def shares(self, key: str, kind: type[S]) -> S:
        """Read one share for each field of a dataclass; they sum to 1."""
        table = self.table(key)
        values = {each.name: table.share(each.name) for each in fields(kind)}
        _check_shares(self._name(key), values)
        return kind(**values)

    def refuse_unread(self) -> None:
        """Refuse keys that no parameter has, here and in the tables below."""
        for key in self._unread:
            raise InvalidValue(self._name(key), "be the name of a parameter")
        for table in self._tables:
            table.refuse_unread()

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _take(self, key: str, default: object = None) -> Any:
        value = self._unread.pop(key, default)
        if value is None:
            raise InvalidValue(self._name(key), "be given")
        return value
