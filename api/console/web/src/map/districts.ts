import type { Feature, FeatureCollection, MultiPolygon, Point, Position } from "geojson";
import outlines from "../../../../../graph_models/city/data/guangzhou_districts.geojson?url";
import { LineDown } from "../api/problems";
import { isDistrict } from "../domain/areas";
import type { Translate } from "../i18n/translate";
import { around, type Box } from "./geometry";
import { STEPS, stepOf } from "./palette";

export type Districts = FeatureCollection<MultiPolygon, { district_code: string; district: string }>;

export async function readDistricts(signal: AbortSignal): Promise<Districts> {
  const response = await fetch(outlines, { signal }).catch((error: unknown) => {
    throw signal.aborted ? error : new LineDown();
  });
  if (!response.ok) throw new Error(`outlines of the districts: ${response.status}`);
  return response.json();
}

/** Colour districts by the share of needs that are not met; those of which nothing is known stay blank. */
export function coloured(districts: Districts, shares: ReadonlyMap<string, number>): FeatureCollection {
  return {
    type: "FeatureCollection",
    features: districts.features.map((district) => {
      const share = shares.get(district.properties.district_code);
      const colour = share === undefined ? null : STEPS[stepOf(share)];
      return { ...district, properties: { ...district.properties, colour: colour ?? null } };
    }),
  };
}

export function labels(districts: Districts, t: Translate): FeatureCollection<Point> {
  return {
    type: "FeatureCollection",
    features: districts.features.map((district) => {
      const code = district.properties.district_code;
      const name = isDistrict(code) ? t(`district.${code}`) : district.properties.district;
      return {
        type: "Feature",
        geometry: { type: "Point", coordinates: middle(district) },
        properties: { name },
      };
    }),
  };
}

export const boundsOf = (districts: Districts): Box =>
  around(districts.features.flatMap((each) => each.geometry.coordinates.flat(2)));

/** Centroid of the largest ring: good enough for a label. */
function middle(district: Feature<MultiPolygon>): Position {
  const rings = district.geometry.coordinates.map((polygon) => polygon[0] ?? []);
  const sums = rings.map(moments);
  const largest = sums.reduce((best, each) => (Math.abs(each.area) > Math.abs(best.area) ? each : best));
  return [largest.x / (3 * largest.area), largest.y / (3 * largest.area)];
}

function moments(ring: Position[]) {
  let area = 0;
  let x = 0;
  let y = 0;
  ring.forEach(([x1 = 0, y1 = 0], index) => {
    const [x2 = 0, y2 = 0] = ring[(index + 1) % ring.length] ?? [];
    const cross = x1 * y2 - x2 * y1;
    area += cross;
    x += (x1 + x2) * cross;
    y += (y1 + y2) * cross;
  });
  return { area, x, y };
}
