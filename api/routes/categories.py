"""/v1/categories"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.bodies import JsonRoute
from api.dependencies import IfNoneMatch, KeyPath, StoreDep
from api.http.pagination import read_page
from api.http.resources import not_modified, tag
from api.openapi import ETAG, OF_STORE, failures, not_modified_or, paged
from api.schemas.categories import CategoryPage, CategoryResource
from api.schemas.common import PageQuery
from graph_models.domain.categories import Category
from graph_models.ports import Stored

router = APIRouter(prefix="/v1/categories", tags=["menu"], route_class=JsonRoute)


@router.get(
    "",
    operation_id="listCategories",
    responses=paged(),
)
def list_categories(
    query: Annotated[PageQuery, Query()], store: StoreDep, request: Request, response: Response
) -> CategoryPage:
    """List categories in the order of their ids, a page at a time."""
    items, cursor = read_page(request, response, store, Category, query, _present)
    return CategoryPage(items=items, next_cursor=cursor)


@router.get(
    "/{id}",
    operation_id="getCategory",
    response_model=CategoryResource,
    responses={**not_modified_or(ETAG), **failures(*OF_STORE, "not-found", "invalid-request")},
)
def get_category(
    key: KeyPath, store: StoreDep, response: Response, if_none_match: IfNoneMatch = None
) -> CategoryResource | Response:
    """Read one category."""
    stored = store.get(Category, key)
    return not_modified(stored, if_none_match) or _present(tag(response, stored))


def _present(stored: Stored[Category]) -> CategoryResource:
    return CategoryResource.model_validate(stored.value)
