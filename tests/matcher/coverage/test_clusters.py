"""Hot and cold spots: equal to esda's, found where planted, not found in noise."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import geopandas
import libpysal
import numba
import numpy as np
import pytest
from libpysal.weights import KNN, Queen
from scipy.stats import false_discovery_control
from shapely import Point, box

from graph_models.domain.errors import InvalidValue
from matcher.coverage.clusters import Clusters, Spot, Undefined, clusters_of_nearest, clusters_of_polygons
from matcher.coverage.extra import ExtraNotInstalled
from matcher.travel import unit_vectors

# esda's loops take a minute to compile, and a second as they are.
_numba: Any = numba.config
_numba.DISABLE_JIT = True
from esda import crand  # noqa: E402
from esda.moran import Moran, Moran_Local  # noqa: E402

_numba.DISABLE_JIT = False
crand.boolean = bool

NAN = math.nan
QUADRANTS = {1: Spot.HIGH_HIGH, 2: Spot.LOW_HIGH, 3: Spot.LOW_LOW, 4: Spot.HIGH_LOW}


@pytest.fixture(autouse=True)
def filters_of_esda() -> Iterator[None]:
    """What esda says of itself when it is called directly."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The alternative hypothesis", DeprecationWarning)
        yield


def squares(width: int, height: int) -> list[Any]:
    return [box(x, y, x + 1, y + 1) for y in range(height) for x in range(width)]


def agrees_with_esda(found: Clusters, values: Any, weights: Any, permutations: int, seed: int) -> None:
    whole = Moran(values, weights, permutations=0)
    local = Moran_Local(values, weights, permutations=permutations, seed=seed)
    expected = (whole.I, whole.EI, whole.z_rand, whole.p_rand)
    assert (found.moran_i, found.expected_i, found.z_score, found.p_value) == pytest.approx(
        expected, rel=1e-9
    )
    above = (local.sim >= local.Is - 1e-10).sum(axis=0)
    below = (local.sim <= local.Is + 1e-10).sum(axis=0)
    both_sides = np.minimum(1, 2 * (1 + np.minimum(above, below)) / (permutations + 1))
    np.testing.assert_allclose(found.local_p_values, both_sides, rtol=1e-9)
    is_untied = above + below == permutations  # there, esda's own p-value is that of one side
    assert is_untied.mean() > 0.5
    assert found.local_p_values[is_untied] == pytest.approx(np.minimum(1, 2 * local.p_sim[is_untied]))
    corrected = false_discovery_control(both_sides)
    np.testing.assert_allclose(found.corrected_p_values, corrected, rtol=1e-9)
    for spot, quadrant, p in zip(found.spots, local.q, corrected, strict=True):
        assert spot == (QUADRANTS[quadrant] if p <= 0.05 else Spot.NOT_SIGNIFICANT)


@pytest.mark.parametrize(
    ("file", "column"), [("sids2.shp", "SIDR79"), ("columbus.shp", "CRIME"), ("G_utm.shp", "PctBlack")]
)
def test_contiguity_agrees_with_esda(file: str, column: str) -> None:
    """On example sets that ship with libpysal: global, local, and the spots."""
    table = geopandas.read_file(libpysal.examples.get_path(file))
    values = table[column].to_numpy(float)
    found = clusters_of_polygons(values, list(table.geometry), permutations=999, seed=7)
    weights = Queen.from_dataframe(table, use_index=False, silence_warnings=True)
    agrees_with_esda(found, values, weights, 999, 7)
    assert found.islands.tolist() == weights.islands == []


@pytest.mark.parametrize("count", [4, 8])
def test_nearest_places_agree_with_esda(count: int) -> None:
    """Georgia's counties by their coordinates."""
    table = geopandas.read_file(libpysal.examples.get_path("G_utm.shp"))
    values = table["PctBlack"].to_numpy(float)
    north, east = table["Latitude"].to_numpy(), table["Longitud"].to_numpy()
    found = clusters_of_nearest(values, north, east, count, permutations=999, seed=5)
    weights = KNN(np.column_stack([east, north]), k=count, radius=6371.0, silence_warnings=True)
    agrees_with_esda(found, values, weights, 999, 5)
    assert Spot.HIGH_HIGH in found.spots


def test_neighbours_are_nearest_on_the_globe() -> None:
    """Not in degrees: a degree of longitude is short in the north, and the date line is no border."""
    north = [70.0, 70.0, 71.5, 70.0, 0.0, 0.2, 0.4, 0.6]
    east = [179.9, -179.0, 179.9, 177.0, 0.0, 0.0, 0.0, 0.0]
    weights = KNN(unit_vectors(np.array(north), np.array(east)), k=1, silence_warnings=True)
    assert weights.neighbors[0] == [1]
    values = [9.0, 9, 1, 2, 5, 6, 4, 5]
    found = clusters_of_nearest(values, north, east, 1, permutations=99)
    assert found.moran_i == pytest.approx(Moran(np.array(values), weights, permutations=0).I)


def noise(seed: int, count: int) -> Any:
    return np.random.default_rng(seed).normal(size=count)


def test_a_planted_cluster_is_found() -> None:
    """A block of high values is hot inside, a block of low ones cold, and the rest is nothing."""
    values = noise(1, 400).reshape(20, 20)
    values[3:8, 3:8] += 6
    values[12:17, 12:17] -= 6
    found = clusters_of_polygons(values.ravel(), squares(20, 20), seed=2)
    spots = np.array(found.spots).reshape(20, 20)
    assert (spots[4:7, 4:7] == Spot.HIGH_HIGH).all()
    assert (spots[13:16, 13:16] == Spot.LOW_LOW).all()
    assert (spots[:, 18:] == Spot.NOT_SIGNIFICANT).all()
    assert found.p_value < 1e-6
    assert found.moran_i > 0.3


def test_an_outlier_is_unlike_its_neighbours() -> None:
    """A low value amid high ones."""
    values = noise(4, 400).reshape(20, 20) / 10
    values[5:12, 5:12] += 6
    values[8, 8] = -2
    found = clusters_of_polygons(values.ravel(), squares(20, 20))
    assert found.spots[8 * 20 + 8] == Spot.LOW_HIGH


def test_noise_has_no_clusters() -> None:
    """After correction, false alarms are as rare as asked for; without it most maps have some."""
    alarms = uncorrected = 0
    for seed in range(60):
        found = clusters_of_polygons(noise(seed, 144), squares(12, 12), permutations=1_999, seed=seed)
        alarms += any(spot != Spot.NOT_SIGNIFICANT for spot in found.spots)
        uncorrected += bool((found.local_p_values <= 0.05).any())
    assert alarms <= 8  # 3 expected at 0.05; more than 8 would happen once in 200 times
    assert uncorrected >= 50


def test_many_equal_values_are_no_spots() -> None:
    """Where nearly everybody has nothing, having nothing among neighbours with nothing is no news.

    esda takes simulated values equal to the observed one for smaller ones, and finds hundreds of spots.
    """
    values = np.zeros(400)
    values[[57, 203, 377]] = 1
    found = clusters_of_polygons(values, squares(20, 20), permutations=999)
    weights = Queen.from_iterable(squares(20, 20), silence_warnings=True)
    theirs = Moran_Local(values, weights, permutations=999, seed=0)
    assert (theirs.p_sim < 0.1).sum() > 300
    assert set(found.spots) == {Spot.NOT_SIGNIFICANT}
    assert (found.local_p_values > 0.5).sum() > 350


def test_places_without_value_are_left_out() -> None:
    """The others are each other's neighbours, as if those were not there."""
    values, areas = noise(3, 100), squares(10, 10)
    values[:30] += 3
    rest = np.ones(100, bool)
    rest[[5, 50, 51, 99]] = False
    found = clusters_of_polygons(np.where(rest, values, NAN), areas, seed=1, permutations=999)
    alone = clusters_of_polygons(
        values[rest], [area for area, known in zip(areas, rest, strict=True) if known],
        seed=1, permutations=999,
    )  # fmt: skip
    assert [spot == Spot.NO_VALUE for spot in found.spots] == (~rest).tolist()
    assert found.moran_i == alone.moran_i
    np.testing.assert_array_equal(found.corrected_p_values[rest], alone.corrected_p_values)
    assert np.isnan(found.local_p_values[~rest]).all()
    east = np.where(rest, np.arange(100) / 10, NAN)
    by_nearest = clusters_of_nearest(np.where(rest, values, NAN), np.zeros(100), east, 4, permutations=99)
    assert by_nearest.spots[5] == Spot.NO_VALUE
    assert by_nearest.undefined_because is None


def test_islands_are_never_spots() -> None:
    """An area that touches nobody has no local statistic, and is named."""
    values = noise(6, 50)
    values[49] = 50
    areas = [*squares(7, 7), box(90, 90, 91, 91)]
    found = clusters_of_polygons(values, areas, permutations=999)
    assert found.islands.tolist() == [49]
    assert found.spots[49] == Spot.NOT_SIGNIFICANT
    assert np.isnan([found.local_p_values[49], found.corrected_p_values[49]]).all()
    assert not np.isnan(found.local_p_values[:49]).any()
    weights = Queen.from_iterable(areas, silence_warnings=True)
    assert found.moran_i == pytest.approx(Moran(values, weights, permutations=0).I)


@pytest.mark.parametrize(
    ("values", "areas", "reason"),
    [
        ([3.0] * 9, squares(3, 3), Undefined.CONSTANT_VALUES),
        ([0.1 + 0.2, 0.3] * 4, squares(4, 2), Undefined.CONSTANT_VALUES),
        ([0.0] * 9, squares(3, 3), Undefined.CONSTANT_VALUES),
        ([NAN] * 9, squares(3, 3), Undefined.TOO_FEW_PLACES),
        ([1, 2, 3, NAN], squares(2, 2), Undefined.TOO_FEW_PLACES),
        ([1, 2, 3, 4], [box(9 * x, 0, 9 * x + 1, 1) for x in range(4)], Undefined.NO_NEIGHBOURS),
    ],
)
def test_where_there_is_no_answer_it_says_so(values: Any, areas: Any, reason: Undefined) -> None:
    """No I, no spots, and a reason."""
    found = clusters_of_polygons(values, areas)
    assert found.undefined_because == reason
    assert np.isnan([found.moran_i, found.z_score, found.p_value]).all()
    assert np.isnan([found.local_p_values, found.corrected_p_values]).all()
    unknown = [Spot.NO_VALUE if np.isnan(each) else Spot.NOT_SIGNIFICANT for each in values]
    assert list(found.spots) == unknown
    assert found.islands.tolist() == (list(range(4)) if reason == Undefined.NO_NEIGHBOURS else [])


def test_too_few_places_for_so_many_neighbours() -> None:
    """Five places have no eight neighbours."""
    found = clusters_of_nearest([1, 2, 3, 4, 5], [0] * 5, [0, 1, 2, 3, 4])
    assert found.undefined_because == Undefined.TOO_FEW_PLACES


def test_all_places_touch_each_other() -> None:
    """Each arrangement has the same I, so none is far from it."""
    found = clusters_of_polygons([1, 2, 3, 5], squares(2, 2))
    assert found.moran_i == pytest.approx(-1 / 3)
    assert np.isnan([found.z_score, found.p_value]).all()
    assert found.local_p_values.tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_the_unit_does_not_matter(size: float) -> None:
    """Nor does the size of the numbers."""
    values = noise(8, 100)
    values[:30] += 3
    here, there = (
        clusters_of_polygons(values * unit, squares(10, 10), permutations=99) for unit in (1, size)
    )
    assert there.moran_i == pytest.approx(here.moran_i)
    assert there.spots == here.spots


SCRIPT = """
import json, numpy as np
from matcher.coverage.clusters import clusters_of_nearest
random = np.random.default_rng(3)
found = clusters_of_nearest(random.random(80), random.random(80), random.random(80), seed=11)
print(json.dumps([found.moran_i, found.p_value, found.local_p_values.tolist()]))
"""


def test_the_same_seed_gives_the_same_answer_in_each_process() -> None:
    """And another seed another one; nothing is taken from, or left in, the process's own generator."""
    random = np.random.default_rng(3)
    places = random.random(80), random.random(80), random.random(80)
    state = json.dumps(np.random.get_state(legacy=False), default=str)  # noqa: NPY002
    shown = list(warnings.filters)
    here = clusters_of_nearest(*places, seed=11)
    assert json.dumps(np.random.get_state(legacy=False), default=str) == state  # noqa: NPY002
    assert list(warnings.filters) == shown
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == [here.moran_i, here.p_value, here.local_p_values.tolist()]
    other = clusters_of_nearest(*places, seed=12)
    assert other.moran_i == here.moran_i
    assert other.local_p_values.tolist() != here.local_p_values.tolist()


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs them."""
    for name in ("libpysal.weights", "libpysal.graph", "esda.moran"):
        with monkeypatch.context() as without:
            without.setitem(sys.modules, name, None)
            with pytest.raises(ExtraNotInstalled, match=r"pip install 'lastmeter\[coverage\]'"):
                (clusters_of_polygons if name == "libpysal.graph" else on_a_line)([1, 2, 3, 5], squares(4, 1))


def on_a_line(values: Any, areas: Any) -> Clusters:
    return clusters_of_nearest(values, [0] * len(areas), range(len(areas)), 1)


GOOD: dict[str, Any] = {"values": [1, 2, 3, 5], "latitudes": [0, 0, 0, 0], "longitudes": [1, 2, 3, 4]}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"values": [1, 2, 3, math.inf]}, "values must be finite"),
        ({"values": [[1, 2, 3, 4]]}, "values must have the shape"),
        ({"values": ["a", "b", "c", "d"]}, "values must be real numbers"),
        ({"latitudes": [0, 0, 0]}, r"latitudes must have the shape \(4\)"),
        ({"latitudes": [0, 0, 0, 91]}, "latitudes must be from -90 to 90"),
        ({"latitudes": [0, 0, 0, NAN]}, "latitudes must be from -90 to 90"),
        ({"longitudes": [0, 0, 0, -181]}, "longitudes must be from -180 to 180"),
        ({"neighbours": 0}, "neighbours must be from 1"),
        ({"neighbours": 1.0}, "neighbours must be an integer"),
        ({"permutations": 98}, "permutations must be from 99"),
        ({"seed": -1}, "seed must be from 0"),
        ({"significance": 0}, "significance must be from"),
        ({"significance": NAN}, "significance must be a finite number"),
    ],
)
def test_bad_numbers_are_refused(changed: dict[str, Any], message: str) -> None:
    """The error names the argument and the rule."""
    with pytest.raises(InvalidValue, match=message):
        clusters_of_nearest(**{"neighbours": 1, **GOOD, **changed})


@pytest.mark.parametrize("wrong", [Point(0, 0), None, "POLYGON", box(0, 0, 1, 1) - box(0, 0, 1, 1)])
def test_bad_polygons_are_refused(wrong: Any) -> None:
    """Neither points nor emptiness have neighbours."""
    with pytest.raises(InvalidValue, match="polygons must be polygons or multipolygons"):
        clusters_of_polygons([1, 2], [box(0, 0, 1, 1), wrong])
    with pytest.raises(InvalidValue, match=r"polygons must have the shape \(3,\), got \(2,\)"):
        clusters_of_polygons([1, 2, 3], squares(2, 1))
