import { describe, expect, it } from "vitest";
import { candidateFeatures, needFeatures } from "../src/map/features";
import { around, boxText, circle, snapped } from "../src/map/geometry";
import { stepOf } from "../src/map/palette";
import { mapStyle, SOURCES } from "../src/map/style";

/** Haversine, for the circle is made by another formula. */
function distanceKm(one: number[], other: number[]): number {
  const radians = (value = 0) => (value * Math.PI) / 180;
  const [lon1, lat1, lon2, lat2] = [one[0], one[1], other[0], other[1]].map(radians) as [
    number,
    number,
    number,
    number,
  ];
  const half =
    Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin((lon2 - lon1) / 2) ** 2;
  return 2 * 6371.009 * Math.asin(Math.sqrt(half));
}

describe("a circle", () => {
  it("is everywhere as far from its centre as it should be, and closed", () => {
    const centre = { longitude: 113.25, latitude: 23.1 };
    const ring = circle(centre, 8).geometry.coordinates[0] ?? [];
    for (const corner of ring) expect(distanceKm([113.25, 23.1], corner)).toBeCloseTo(8, 6);
    expect(ring.at(-1)).toEqual(ring[0]);
  });
});

describe("a box", () => {
  it("has all positions, wherever they stand in the list", () => {
    const positions = [
      [113.3, 23.0],
      [113.1, 23.2],
      [113.2, 22.9],
    ];
    expect(around(positions)).toEqual({ west: 113.1, east: 113.3, south: 22.9, north: 23.2 });
  });
});

describe("what is asked for", () => {
  it("lies around what is in sight, and stays the same for a small movement", () => {
    const sight = { west: 113.2, south: 23.0, east: 113.5, north: 23.2 };
    const box = snapped(sight);
    expect(box.west).toBeLessThanOrEqual(sight.west);
    expect(box.south).toBeLessThanOrEqual(sight.south);
    expect(box.east).toBeGreaterThanOrEqual(sight.east);
    expect(box.north).toBeGreaterThanOrEqual(sight.north);
    expect(snapped({ ...sight, west: 113.21, east: 113.51 })).toEqual(box);
  });

  it("is written without digits that mean nothing", () => {
    expect(boxText({ west: 0.1 + 0.2, south: -1, east: 2, north: 3 })).toBe("0.3,-1,2,3");
  });
});

describe("features", () => {
  it("show heaps with the colour of their most urgent need", () => {
    const cells = [{ longitude: 113, latitude: 23, count: 3, urgency: { routine: 2, stat: 1 } }];
    const [feature] = needFeatures({ cells, points: null }, String).features;
    expect(feature?.properties).toMatchObject({ id: null, count: 3, label: "3", colour: "#8c1d54" });
  });

  it("show needs one by one only where they are few", () => {
    const point = { longitude: 113, latitude: 23, urgency: "stat" as const };
    const points = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ need_id: `n${index}`, ...point }));
    const cells = [{ longitude: 113, latitude: 23, count: 900, urgency: { stat: 900 } }];
    expect(needFeatures({ cells, points: points(3) }, String).features[2]?.properties?.id).toBe("n2");
    expect(needFeatures({ cells, points: points(900) }, String).features).toHaveLength(1);
  });

  it("leave out who has no place, and draw a circle for who has a limit", () => {
    const make = (id: string, location: object | null, limit: number | null) => ({
      suggestion: { rank: 1 },
      provider: { id, location, max_travel_km: limit },
    });
    const place = { longitude: 113, latitude: 23 };
    const given = [make("a", place, 5), make("b", place, null), make("c", null, 3)];
    const { points, circles } = candidateFeatures(given as never, "b");
    expect(points.features.map((each) => each.properties?.icon)).toEqual(["rank-1", "rank-1-lit"]);
    expect(circles.features).toHaveLength(1);
  });

  it("put the better rank above, and above all the provider that is pointed at", () => {
    const make = (id: string, rank: number) => ({
      suggestion: { rank },
      provider: { id, location: { longitude: 113, latitude: 23 }, max_travel_km: null },
    });
    const given = [make("first", 1), make("second", 2), make("eighth", 8)];
    const above = (lit: string | null) =>
      candidateFeatures(given as never, lit)
        .points.features.sort((one, other) => other.properties?.order - one.properties?.order)
        .map((each) => each.properties?.id);
    expect(above(null)).toEqual(["first", "second", "eighth"]);
    expect(above("eighth")).toEqual(["eighth", "first", "second"]);
  });

  it("have shares on the step they belong to", () => {
    expect([0, 0.1, 0.11, 0.4, 0.41, 1].map(stepOf)).toEqual([0, 0, 1, 3, 4, 4]);
  });
});

describe("the map's style", () => {
  it("draws candidates in their order, each ring with its number", () => {
    const candidates = mapStyle().layers.find((layer) => layer.id === "candidates");
    expect(candidates?.layout).toEqual({
      "symbol-sort-key": ["get", "order"],
      "icon-image": ["get", "icon"],
      "icon-allow-overlap": true,
    });
  });

  it("lets names of districts look for a place beside the counts of heaps, which are placed before them", () => {
    const { layers } = mapStyle();
    const place = (id: string) => layers.findIndex((layer) => layer.id === id);
    expect(place("labels")).toBeLessThan(place("need-counts"));
    expect(layers[place("labels")]?.layout).toHaveProperty("text-variable-anchor-offset");
  });

  it("draws from sources that are there, and fetches nothing", () => {
    const style = mapStyle();
    const used = style.layers.flatMap((layer) => ("source" in layer ? [layer.source] : []));
    expect(new Set(used)).toEqual(new Set(SOURCES));
    expect(JSON.stringify(style)).not.toMatch(/https?:|glyphs|sprite/);
  });
});
