import type { FeatureCollection } from "geojson";
import type { Community } from "../api/models";
import type { components } from "../api/schema";
import { collection } from "../map/features";
import { colourOf, type Scale, scaleOf } from "./scale";

type Reach = components["schemas"]["CommunityReach"];
type Access = components["schemas"]["CommunityAccess"];

/** What a map of coverage shows: districts by share, communities as dots, and the scale of either. */
export interface Layer {
  shares: ReadonlyMap<string, number>;
  dots: FeatureCollection;
  scale: Scale | null;
}

const PER_THOUSAND = 1000;

interface Dot {
  longitude: number;
  latitude: number;
  value: number;
}

function dotsOf(dots: readonly Dot[], isMoreBetter: boolean): Layer {
  const scale = scaleOf(
    dots.map((each) => each.value),
    isMoreBetter,
  );
  // What is worse lies on top.
  const worse = isMoreBetter ? -1 : 1;
  const features = dots.map(({ longitude, latitude, value }) => ({
    type: "Feature" as const,
    geometry: { type: "Point" as const, coordinates: [longitude, latitude] },
    properties: { rank: value * worse, colour: colourOf(scale, value) },
  }));
  return { shares: new Map(), dots: collection(features), scale };
}

export function reachLayer(communities: readonly Reach[]): Layer {
  const dots = communities.flatMap(({ longitude, latitude, unreached_categories: value }) =>
    longitude === null || latitude === null ? [] : [{ longitude, latitude, value }],
  );
  return dotsOf(dots, false);
}

export const perThousand = ({ ratio }: Pick<Access, "ratio">): number | null =>
  ratio === null ? null : ratio * PER_THOUSAND;

export function accessLayer(access: readonly Access[], places: ReadonlyMap<string, Community>): Layer {
  const dots = access.flatMap((each) => {
    const location = places.get(each.area_code)?.location;
    const value = perThousand(each);
    return location == null || value === null ? [] : [{ ...location, value }];
  });
  return dotsOf(dots, true);
}

export function shareLayer(shares: ReadonlyMap<string, number>): Layer {
  return { shares, dots: collection([]), scale: null };
}
