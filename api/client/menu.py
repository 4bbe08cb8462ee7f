"""What can be asked for, the skills it takes, the communities and the streets they lie in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Unpack

from api.client.answers import (
    CategoryPage,
    CategoryResource,
    CommunityPage,
    CommunityResource,
    SkillPage,
    SkillResource,
    StreetPage,
    StreetResource,
)
from api.client.requests import ListCommunitiesQuery, ListSkillsQuery, ListStreetsQuery
from api.client.transport import Transport, address


class Categories:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, category_id: str) -> CategoryResource:
        return self._transport.get(CategoryResource, address("categories", category_id))

    def list(self) -> Iterator[CategoryResource]:
        return self._transport.pages(CategoryPage, address("categories"))


class Skills:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, skill_id: str) -> SkillResource:
        return self._transport.get(SkillResource, address("skills", skill_id))

    def list(self, **filters: Unpack[ListSkillsQuery]) -> Iterator[SkillResource]:
        return self._transport.pages(SkillPage, address("skills"), filters)


class Communities:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, code: str) -> CommunityResource:
        return self._transport.get(CommunityResource, address("communities", code))

    def list(self, **filters: Unpack[ListCommunitiesQuery]) -> Iterator[CommunityResource]:
        return self._transport.pages(CommunityPage, address("communities"), filters)


class Streets:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, **filters: Unpack[ListStreetsQuery]) -> Iterator[StreetResource]:
        return self._transport.pages(StreetPage, address("streets"), filters)
