"""The one door through which counts go out to analysts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from graph_models.domain.checks import check_integer
from graph_models.domain.errors import InvalidValue
from matcher.coverage.suppression.counts import counts_of
from matcher.coverage.suppression.hierarchy import Hierarchy, make_hierarchy
from matcher.coverage.suppression.masking import make_mask
from matcher.coverage.suppression.published import PublishedTable
from matcher.problem import BoolArray, Int64Array

LEAST_K = 5
DEFAULT_K = 10


def suppress(
    counts: npt.ArrayLike,
    areas: Sequence[str],
    groups: Sequence[Sequence[str]] | None = None,
    *,
    k: int = DEFAULT_K,
    shows_zeros: bool = True,
    hidden_in: PublishedTable | None = None,
) -> PublishedTable:
    """Hide small counts, and others so that no sum or difference tells them.

    Whoever knows the published table, `k` and this method is left with at least `k` possible values for
    each count from 1 to k − 1; the count of the whole is shown unless it is small itself.

    Parameters
    ----------
    counts
        Of persons or needs, each counted in one cell: whole numbers, shape (n_rows, n_columns).
    areas
        Name of the area of each row, each once.
    groups
        For each row the areas that it is part of, the coarsest first, such as district and street.
        None: rows are part of the whole only.
    k
        Least count that is shown besides 0: at least 5.
    shows_zeros
        Whether zeros are shown. They are hidden all the same where so little is counted that showing
        them would tell small counts; the result says so.
    hidden_in
        A table of the same areas and columns, whose hidden cells stay hidden here: the one that a role
        with a smaller `k` gets, or the one published before. Zeros are shown if they are there, and
        the whole is always shown as above.

    Returns
    -------
    PublishedTable
        Areas of all levels, in an order of its own, with totals.

    Raises
    ------
    InvalidValue
        Naming the argument and the rule that it breaks.

    Examples
    --------
    The 3 is small. The 40 beside it goes as well, and two cells of another row for the sums of columns.

    >>> table = suppress([[3, 40], [20, 30], [70, 60]], ["a", "b", "c"])
    >>> table.areas
    ('total', 'a', 'b', 'c')
    >>> table.values
    array([[ 93., 130., 223.],
           [ nan,  nan,  43.],
           [ nan,  nan,  50.],
           [ 70.,  60., 130.]])
    """
    return _publish(
        {"counts": counts},
        make_hierarchy(areas, groups),
        k=k,
        shows_zeros=shows_zeros,
        hidden_in=hidden_in,
        has_parts=False,
    )


def suppress_parts(
    parts: Mapping[str, npt.ArrayLike],
    areas: Sequence[str],
    groups: Sequence[Sequence[str]] | None = None,
    *,
    k: int = DEFAULT_K,
    shows_zeros: bool = True,
    hidden_in: PublishedTable | None = None,
) -> PublishedTable:
    """Hide small counts of measures that add up, such as served and unmet needs, in the same cells.

    A cell of all measures is hidden if any part of it is from 1 to k − 1, and each small count of each part
    keeps at least `k` possible values. So do sums of some of the parts.

    Parameters
    ----------
    parts
        By name the counts of disjoint measures that together are the base count: each as in `suppress`.
    areas, groups, k, shows_zeros, hidden_in
        As in `suppress`.

    Returns
    -------
    PublishedTable
        `values` is the base count. A zero of it is shown; a zero of a part is shown where the cell is.

    Raises
    ------
    InvalidValue
        Naming the argument and the rule that it breaks.

    Examples
    --------
    All cells have enough needs, but few of the first are unmet.

    >>> served, unmet = [[38, 40], [20, 30], [70, 60]], [[2, 10], [20, 10], [15, 15]]
    >>> table = suppress_parts({"served": served, "unmet": unmet}, ["a", "b", "c"])
    >>> table.parts["unmet"]
    array([[37., 35., 72.],
           [nan, nan, 12.],
           [nan, nan, 30.],
           [15., 15., 30.]])
    """
    if not parts:
        raise InvalidValue("parts", "name a measure at least", len(parts))
    return _publish(
        parts,
        make_hierarchy(areas, groups),
        k=k,
        shows_zeros=shows_zeros,
        hidden_in=hidden_in,
        has_parts=True,
    )


def _publish(
    given: Mapping[str, npt.ArrayLike],
    hierarchy: Hierarchy,
    *,
    k: int,
    shows_zeros: bool,
    hidden_in: PublishedTable | None,
    has_parts: bool,
) -> PublishedTable:
    check_integer("k", k, least=LEAST_K)
    parts = _summed(given, hierarchy)
    base = np.sum(list(parts.values()), axis=0)
    hidden = _hidden_before(hidden_in, hierarchy, base.shape)
    if hidden_in is not None:
        shows_zeros = shows_zeros and hidden_in.shows_zeros
    mask = make_mask(list(parts.values()), hierarchy, k, shows_zeros=shows_zeros, hidden=hidden)
    shown = {name: np.where(mask.is_hidden, np.nan, part) for name, part in parts.items()}
    return PublishedTable(
        hierarchy.areas,
        hierarchy.parent,
        hierarchy.depth,
        np.where(mask.is_hidden, np.nan, base),
        shown if has_parts else {},
        k,
        mask.shows_zeros,
    )


def _summed(given: Mapping[str, npt.ArrayLike], hierarchy: Hierarchy) -> dict[str, Int64Array]:
    counts = {name: counts_of(name, part, len(hierarchy.leaf)) for name, part in given.items()}
    shapes = {each.shape for each in counts.values()}
    if len(shapes) > 1:
        raise InvalidValue("parts", "have the same columns", len(shapes))
    return {name: hierarchy.with_totals(each) for name, each in counts.items()}


def _hidden_before(
    table: PublishedTable | None, hierarchy: Hierarchy, shape: tuple[int, ...]
) -> BoolArray | None:
    if table is None:
        return None
    if table.areas != hierarchy.areas or table.values.shape != shape:
        raise InvalidValue("hidden_in", "have the same areas and columns", table.values.shape)
    return table.is_hidden
