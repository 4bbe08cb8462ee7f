import type { Feature, Polygon, Position } from "geojson";

const EARTH_KM = 6371.009;
const CORNERS = 72;

export interface Point {
  longitude: number;
  latitude: number;
}

/** All points at one distance on the sphere, as a polygon. */
export function circle(
  centre: Point,
  km: number,
  properties: Record<string, unknown> = {},
): Feature<Polygon> {
  const angle = km / EARTH_KM;
  const latitude = radians(centre.latitude);
  const ring = Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const bearing = (2 * Math.PI * (corner % CORNERS)) / CORNERS;
    const north = Math.asin(
      Math.sin(latitude) * Math.cos(angle) + Math.cos(latitude) * Math.sin(angle) * Math.cos(bearing),
    );
    const east = Math.atan2(
      Math.sin(bearing) * Math.sin(angle) * Math.cos(latitude),
      Math.cos(angle) - Math.sin(latitude) * Math.sin(north),
    );
    return [centre.longitude + degrees(east), degrees(north)];
  });
  return { type: "Feature", geometry: { type: "Polygon", coordinates: [ring] }, properties };
}

export interface Box {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** The smallest box that has all of them. */
export function around(positions: readonly Position[]): Box {
  const longitudes = positions.map((each) => each[0] ?? 0);
  const latitudes = positions.map((each) => each[1] ?? 0);
  return {
    west: Math.min(...longitudes),
    east: Math.max(...longitudes),
    south: Math.min(...latitudes),
    north: Math.max(...latitudes),
  };
}

/**
 * A box around what is in sight, with its corners on a grid: it is the same for small movements, so that
 * panning asks for nothing new most of the time.
 */
export function snapped(box: Box): Box {
  const size = Math.max(box.east - box.west, box.north - box.south);
  const step = 2 ** Math.ceil(Math.log2(size)) / 4;
  return {
    west: Math.max(-180, Math.floor(box.west / step - 0.5) * step),
    south: Math.max(-90, Math.floor(box.south / step - 0.5) * step),
    east: Math.min(180, Math.ceil(box.east / step + 0.5) * step),
    north: Math.min(90, Math.ceil(box.north / step + 0.5) * step),
  };
}

export const boxText = ({ west, south, east, north }: Box): string =>
  [west, south, east, north].map((each) => Number(each.toFixed(6))).join(",");

const radians = (value: number) => (value * Math.PI) / 180;
const degrees = (value: number) => (value * 180) / Math.PI;
