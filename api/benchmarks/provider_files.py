"""Providers as the files that Neo4j's offline importer takes, for the peer that is one query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from neo4j import GraphDatabase, Session

from graph_models.domain.places import Location
from graph_models.domain.providers import Provider
from graph_models.stores import local_neo4j
from matcher.parameters import MatchParameters
from matcher.rules import has_reached_cap, ready_at
from matcher.travel import UNKNOWN_M, to_metres

_PROVIDERS, _OFFERS, _SKILLS = "Provider.parquet", "OFFERS.parquet", "Skill.parquet"
_PROVIDER = pa.schema(
    [
        ("id:ID(Provider)", pa.string()),
        ("place:point{crs:WGS-84}", pa.string()),  # Parquet has no points: the importer parses a text
        ("remaining", pa.int64()),
        ("total", pa.int64()),
        ("recent", pa.int64()),
        ("half_referrals", pa.int64()),
        ("travel_m", pa.int64()),
        ("serves", pa.list_(pa.string())),
        ("community", pa.string()),
        ("ready_at", pa.int64()),
        ("may_be_asked", pa.bool_()),
    ]
)
_OFFER = pa.schema(
    [("level", pa.float64()), (":START_ID(Provider)", pa.string()), (":END_ID(Skill)", pa.string())]
)
_SKILL = pa.schema([("id:ID(Skill)", pa.string())])


@dataclass(frozen=True, slots=True)
class Neo4jHome:
    """Where a local Neo4j lives.

    Parameters
    ----------
    folder
        Its folder. It was started there before, and holds no data.
    resources
        What it may use once it is filled.
    """

    folder: Path
    resources: local_neo4j.Resources


class ProviderFiles:
    """Files that grow batch by batch, until a database is made of them.

    Parameters
    ----------
    home
        Where that database shall be.
    parameters
        Of the matching model.
    """

    def __init__(self, home: Neo4jHome, parameters: MatchParameters) -> None:
        self._home, self._parameters = home, parameters
        self._folder = home.folder.resolve() / "files"
        self._folder.mkdir()
        self._providers = pq.ParquetWriter(self._folder / _PROVIDERS, _PROVIDER)
        self._offers = pq.ParquetWriter(self._folder / _OFFERS, _OFFER)
        self._skills: set[str] = set()

    def add(self, providers: Sequence[Provider]) -> None:
        """Append more providers."""
        _append(self._providers, zip(*map(self._row, providers), strict=True))
        offers = [(each.id, offer) for each in providers for offer in each.skills]
        levels, skills = [offer.level for _, offer in offers], [offer.skill_id for _, offer in offers]
        _append(self._offers, (levels, [provider_id for provider_id, _ in offers], skills))
        self._skills.update(skills)

    @contextmanager
    def database(self) -> Iterator[Session]:
        """Open the database that is made of the files; its server is left running."""
        self._providers.close()
        self._offers.close()
        pq.write_table(pa.table([sorted(self._skills)], schema=_SKILL), self._folder / _SKILLS)
        home = self._home.folder
        local_neo4j.stop(home)
        nodes, relationships = {_PROVIDERS: "Provider", _SKILLS: "Skill"}, {_OFFERS: "OFFERS"}
        local_neo4j.replace_database(home, self._folder, nodes, relationships)
        server = local_neo4j.start(home, port=local_neo4j.ANY_PORT, resources=self._home.resources)
        auth = (server.user, server.password)
        with GraphDatabase.driver(server.url, auth=auth) as driver, driver.session() as session:
            yield session

    def _row(self, provider: Provider) -> tuple[Any, ...]:
        ready, travel = ready_at(provider), provider.max_travel_km
        return (
            provider.id,
            _point(provider.location),
            provider.capacity.remaining,
            max(provider.capacity.total, 1),
            provider.recent_referrals,
            self._parameters.half_referrals_of(provider.kind),
            UNKNOWN_M if travel is None else to_metres(travel),
            provider.serves,
            provider.community_code,
            0 if ready is None else ready,
            provider.is_active and not has_reached_cap(provider),
        )


def _append(writer: pq.ParquetWriter, columns: Iterable[Sequence[Any]]) -> None:
    writer.write_table(pa.table(list(map(list, columns)), schema=writer.schema))


def _point(where: Location | None) -> str:
    if where is None:
        raise ValueError("there is no point without a place")
    return f"{{latitude: {where.latitude!r}, longitude: {where.longitude!r}}}"
