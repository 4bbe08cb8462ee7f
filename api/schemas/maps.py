"""What a map shows of needs and providers, over HTTP."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.schemas.common import RULE, Id, QueryModel, ResponseModel
from graph_models.domain.needs import Urgency
from matcher.cells import Box, Cell, CellCounts, Point

MOST_POINTS = 2_000
_NUMBER = r"-?[0-9]{1,3}(\.[0-9]{1,15})?"
_CELLS_ACROSS = 4  # at zoom 0 the world is 2 to this power cells wide: 32 pixels each
_MOST_ACROSS = 128


def _checked(text: str) -> str:
    west, south, east, north = _box(text)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise PydanticCustomError(RULE, "must be west, south, east, north in degrees")
    return text


def _box(text: str) -> Box:
    return Box(*map(float, text.split(",")))


BoundingBox = Annotated[
    str,
    StringConstraints(pattern=f"^{_NUMBER}(,{_NUMBER}){{3}}$"),
    AfterValidator(_checked),
    Field(description="West, south, east, north in degrees", examples=["112.9,22.5,114.1,24"]),
]


class MapQuery(QueryModel):
    bbox: BoundingBox
    zoom: Annotated[float, Field(ge=0, le=24, allow_inf_nan=False, description="As a web map has it")]

    @property
    def box(self) -> Box:
        return _box(self.bbox)

    @property
    def cell_degrees(self) -> float:
        """Cells of about 32 pixels, and not so many that nobody could draw them."""
        box = self.box
        cell: float = 360 / 2 ** (int(self.zoom) + _CELLS_ACROSS)
        while max(box.east - box.west, box.north - box.south) / cell > _MOST_ACROSS:
            cell *= 2
        return cell


class ProviderMapQuery(MapQuery):
    category_id: Annotated[
        Id | None, Field(description="Only who offers a skill that it asks for, or one that stands in")
    ] = None


class NeedCell(ResponseModel):
    longitude: Annotated[float, Field(description="Mean of what is in it")]
    latitude: float
    count: int
    urgency: dict[Urgency, int]

    @classmethod
    def of(cls, cell: Cell) -> Self:
        urgency = {Urgency(name): n for name, n in cell.sums.items()}
        return cls(longitude=cell.longitude, latitude=cell.latitude, count=cell.count, urgency=urgency)


class NeedPoint(ResponseModel):
    need_id: str
    longitude: float
    latitude: float
    urgency: Urgency

    @classmethod
    def of(cls, point: Point) -> Self:
        urgency = next(Urgency(name) for name, n in point.values.items() if n)
        return cls(need_id=point.key, longitude=point.longitude, latitude=point.latitude, urgency=urgency)


class ProviderCell(ResponseModel):
    longitude: Annotated[float, Field(description="Mean of what is in it")]
    latitude: float
    count: int
    free_units: int

    @classmethod
    def of(cls, cell: Cell) -> Self:
        units = cell.sums["free_units"]
        return cls(longitude=cell.longitude, latitude=cell.latitude, count=cell.count, free_units=units)


class NeedMap(ResponseModel):
    """Open needs in a box, by cells of a grid that stays where it is."""

    cell_degrees: float
    total: int
    graph_revision: int
    is_stale: bool
    cells: list[NeedCell]
    points: Annotated[list[NeedPoint] | None, Field(description=f"Null if more than {MOST_POINTS}")]

    @classmethod
    def of(cls, found: CellCounts, graph_revision: int, *, is_stale: bool) -> Self:
        return cls(
            cell_degrees=found.cell_degrees,
            total=found.total,
            graph_revision=graph_revision,
            is_stale=is_stale,
            cells=[NeedCell.of(each) for each in found.cells],
            points=None if found.points is None else [NeedPoint.of(each) for each in found.points],
        )


class ProviderMap(ResponseModel):
    """Active providers in a box, by cells of a grid that stays where it is."""

    cell_degrees: float
    total: int
    graph_revision: int
    cells: list[ProviderCell]

    @classmethod
    def of(cls, found: CellCounts, graph_revision: int) -> Self:
        return cls(
            cell_degrees=found.cell_degrees,
            total=found.total,
            graph_revision=graph_revision,
            cells=[ProviderCell.of(each) for each in found.cells],
        )
