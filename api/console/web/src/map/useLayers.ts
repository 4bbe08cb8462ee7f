import { useEffect, useMemo } from "react";
import type { Suggestion } from "../api/models";
import { useCategories, useCommunities } from "../api/places";
import { useSpeech } from "../i18n/context";
import { useNeed, useProviders, useSuggestions } from "../suggestions/queries";
import type { Canvas, Sight } from "./canvas";
import { coloured, labels } from "./districts";
import {
  candidateFeatures,
  collection,
  NOTHING,
  needFeatures,
  needPlace,
  providerFeatures,
} from "./features";
import { around, circle } from "./geometry";
import type { Layers } from "./MapPanel";
import { URGENCY_COLOURS } from "./palette";
import { useDistricts, useGapShares, useNeedMap, useProviderMap } from "./queries";

/** Districts, their names, and their gaps. */
export function useGround(canvas: Canvas | null, layers: Layers) {
  const { t } = useSpeech();
  const districts = useDistricts().data;
  const shares = useGapShares(layers.gaps).data;
  useEffect(() => {
    if (canvas === null || districts === undefined) return;
    canvas.show("districts", coloured(districts, shares ?? new Map()));
    canvas.show("labels", labels(districts, t));
  }, [canvas, districts, shares, t]);
  useEffect(() => {
    for (const layer of ["needs", "providers", "gaps"] as const) canvas?.toggle(layer, layers[layer]);
  }, [canvas, layers]);
}

/** All needs and providers in sight. Returns what they are in words. */
export function useCrowd(
  canvas: Canvas | null,
  layers: Layers,
  sight: Sight | null,
  needId: string | null,
): string {
  const { t, f } = useSpeech();
  const category = useNeed(needId).data?.category_id ?? null;
  const needs = useNeedMap(sight).data;
  const providers = useProviderMap(sight, category, layers.providers).data;
  useEffect(() => {
    if (needs !== undefined) canvas?.show("needs", needFeatures(needs, f.whole));
  }, [canvas, needs, f]);
  useEffect(() => {
    if (providers !== undefined) canvas?.show("providers", providerFeatures(providers));
  }, [canvas, providers]);
  if (needs === undefined) return "";
  return layers.providers
    ? t("map.summary", { needs: f.whole(needs.total), providers: f.whole(providers?.total ?? 0) })
    : t("map.summary_needs", { needs: f.whole(needs.total) });
}

/** The chosen need with its search radius, and the providers that are suggested for it, or come out of a trial. */
export function useChosen(
  canvas: Canvas | null,
  needId: string | null,
  tried: readonly Suggestion[] | null,
  highlighted: string | null,
) {
  const need = useNeed(needId).data;
  const suggested = useSuggestions(needId).data?.suggestions;
  const suggestions = tried ?? suggested;
  const communities = useCommunities();
  const ids = useMemo(() => suggestions?.map((each) => each.provider_id) ?? [], [suggestions]);
  const providers = useProviders(ids);
  const place = useMemo(() => {
    const community = communities.items.find((each) => each.code === need?.community_code);
    return need === undefined ? null : needPlace(need, community);
  }, [need, communities.items]);
  useEffect(() => {
    if (canvas === null) return;
    const candidates = (suggestions ?? []).flatMap((suggestion) => {
      const provider = providers.get(suggestion.provider_id);
      return provider === undefined ? [] : [{ suggestion, provider }];
    });
    const { points, circles } = candidateFeatures(candidates, highlighted);
    canvas.show("candidates", points);
    canvas.show("circles", circles);
  }, [canvas, suggestions, providers, highlighted]);
  useEffect(() => {
    if (canvas === null) return;
    if (need === undefined || place === null) {
      canvas.show("chosen", NOTHING);
      canvas.show("radius", NOTHING);
      return;
    }
    const { longitude, latitude } = place;
    const colour = URGENCY_COLOURS[need.urgency];
    const point = { type: "Point" as const, coordinates: [longitude, latitude] };
    canvas.show("chosen", collection([{ type: "Feature", geometry: point, properties: { colour } }]));
  }, [canvas, need, place]);
  useSearchRadius(canvas, needId, place);
}

function useSearchRadius(
  canvas: Canvas | null,
  needId: string | null,
  place: { longitude: number; latitude: number } | null,
) {
  const need = useNeed(needId).data;
  const category = useCategories().byId.get(need?.category_id ?? "");
  const isRemote = category?.is_remote ?? true;
  const km = need?.search_radius_km ?? category?.search_radius_km ?? null;
  useEffect(() => {
    if (canvas === null || place === null || km === null || isRemote) {
      canvas?.show("radius", NOTHING);
      return;
    }
    const ring = circle(place, km);
    canvas.show("radius", collection([ring]));
    canvas.fit(around(ring.geometry.coordinates.flat()));
  }, [canvas, place, km, isRemote]);
}
