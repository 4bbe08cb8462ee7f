import type { Feature, FeatureCollection, Point } from "geojson";
import type { Need, NeedMap, Provider, ProviderMap, Suggestion, Urgency } from "../api/models";
import { URGENCIES, worst } from "../domain/urgency";
import { circle } from "./geometry";
import { iconOf } from "./icons";
import { URGENCY_COLOURS } from "./palette";

type Properties = Record<string, string | number | boolean | null>;

export const NOTHING: FeatureCollection = { type: "FeatureCollection", features: [] };

export function collection(features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features };
}

function at(longitude: number, latitude: number, properties: Properties): Feature<Point> {
  return { type: "Feature", geometry: { type: "Point", coordinates: [longitude, latitude] }, properties };
}

/** More needs than that are told by heaps with their counts: dots upon dots hide how many there are. */
const MOST_APART = 250;

/** Needs one by one where there are few, else heaps of them. The most urgent lie on top. */
export function needFeatures(
  answer: Pick<NeedMap, "cells" | "points">,
  whole: (count: number) => string,
): FeatureCollection {
  const rank = (urgency: Urgency) => URGENCIES.length - URGENCIES.indexOf(urgency);
  if (answer.points !== null && answer.points.length <= MOST_APART) {
    return collection(
      answer.points.map(({ need_id: id, longitude, latitude, urgency }) =>
        at(longitude, latitude, {
          id,
          count: 1,
          label: "",
          colour: URGENCY_COLOURS[urgency],
          rank: rank(urgency),
        }),
      ),
    );
  }
  return collection(
    answer.cells.map(({ longitude, latitude, count, urgency }) => {
      const most = worst(urgency);
      const label = count > 1 ? whole(count) : "";
      return at(longitude, latitude, {
        id: null,
        count,
        label,
        colour: URGENCY_COLOURS[most],
        rank: rank(most),
      });
    }),
  );
}

export function providerFeatures(answer: Pick<ProviderMap, "cells">): FeatureCollection {
  return collection(
    answer.cells.map(({ longitude, latitude, count, free_units }) =>
      at(longitude, latitude, { count, isFree: free_units > 0 }),
    ),
  );
}

export interface Candidate {
  suggestion: Suggestion;
  provider: Provider;
}

/** The suggested providers with their ranks, the better ones above, and how far each travels. */
export function candidateFeatures(candidates: readonly Candidate[], highlighted: string | null) {
  const placed = candidates.flatMap(({ suggestion, provider }) =>
    provider.location === null ? [] : [{ suggestion, provider, location: provider.location }],
  );
  const isLit = (id: string) => id === highlighted;
  return {
    points: collection(
      placed.map(({ suggestion, provider, location }) =>
        at(location.longitude, location.latitude, {
          id: provider.id,
          icon: iconOf(suggestion.rank, isLit(provider.id)),
          order: isLit(provider.id) ? 1 : -suggestion.rank,
        }),
      ),
    ),
    circles: collection(
      placed
        .filter(({ provider }) => provider.max_travel_km !== null)
        .map(({ provider, location }) =>
          circle(location, provider.max_travel_km ?? 0, { isLit: isLit(provider.id) }),
        ),
    ),
  };
}

export function needPlace(
  need: Pick<Need, "location">,
  community: { location: { longitude: number; latitude: number } | null } | undefined,
) {
  return need.location ?? community?.location ?? null;
}
