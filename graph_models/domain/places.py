"""Where things are: points, and the administrative hierarchy they lie in."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from graph_models.domain.checks import check_integer, check_number, check_text
from graph_models.domain.errors import InvalidValue
from graph_models.domain.identifiers import AreaCode, check_id


class Datum(StrEnum):
    """Geodetic datum of a coordinate pair as it was given."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


@dataclass(frozen=True, slots=True)
class Location:
    """A point in WGS-84 degrees.

    Parameters
    ----------
    latitude
        Degrees north, from -90 to 90.
    longitude
        Degrees east, from -180 to 180.
    given_datum
        Datum of the coordinates as they came in. WGS-84 unless they were converted.
    given_latitude, given_longitude
        The coordinates as they came in, kept when they were converted; otherwise None.

    Raises
    ------
    InvalidValue
        If a coordinate is not a finite number in its range.
    """

    latitude: float
    longitude: float
    given_datum: Datum = Datum.WGS84
    given_latitude: float | None = None
    given_longitude: float | None = None

    def __post_init__(self) -> None:
        check_number("location.latitude", self.latitude, least=-90, most=90)
        check_number("location.longitude", self.longitude, least=-180, most=180)
        if (self.given_latitude is None) != (self.given_longitude is None):
            raise InvalidValue("location.given_latitude", "come together with given_longitude")
        if self.given_datum is not Datum.WGS84 and self.given_latitude is None:
            raise InvalidValue("location.given_datum", "keep the given coordinates beside the converted ones")


class AreaLevel(StrEnum):
    """Levels of the administrative hierarchy, narrowest first."""

    COMMUNITY = "community"
    STREET = "street"
    DISTRICT = "district"
    CITY = "city"


AREA_LEVELS: tuple[AreaLevel, ...] = tuple(AreaLevel)


@dataclass(frozen=True, slots=True)
class Area:
    """A community, street, district or city.

    Parameters
    ----------
    code
        Official code. It starts with the code of its parent: 440103001101 lies in 440103001.
    level
        Which of the four levels it is.
    name
        Official name. Names repeat across a city: refer to an area by its code.
    parent_code
        The area it is part of; None for a city. Levels may be skipped, never reversed.
    location
        A representative point, if one is known.
    time_zone
        IANA name; given for a city, inherited by what lies in it.
    population
        Residents counted by a census, if known.
    is_synthetic
        Whether the location was made up for a demonstration.
    """

    code: AreaCode
    level: AreaLevel
    name: str
    parent_code: AreaCode | None = None
    location: Location | None = None
    time_zone: str | None = None
    population: int | None = None
    is_synthetic: bool = False

    def __post_init__(self) -> None:
        check_id("area.code", self.code)
        check_text("area.name", self.name)
        if (self.parent_code is None) != (self.level is AreaLevel.CITY):
            raise InvalidValue("area.parent_code", "be given for every level but city", self.parent_code)
        if self.parent_code is not None:
            is_prefix = self.code.startswith(self.parent_code) and self.code != self.parent_code
            if not is_prefix:
                raise InvalidValue("area.parent_code", "be a prefix of area.code", self.parent_code)
        if self.time_zone is not None:
            check_text("area.time_zone", self.time_zone, max_length=64)
        if self.population is not None:
            check_integer("area.population", self.population)
