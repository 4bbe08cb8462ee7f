import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { get } from "../api/typed";
import type { Sight } from "./canvas";
import { readDistricts } from "./districts";
import { boxText } from "./geometry";

export const useDistricts = () =>
  useQuery({
    queryKey: ["districts"],
    queryFn: ({ signal }) => readDistricts(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

export function useNeedMap(sight: Sight | null) {
  return useQuery({
    queryKey: ["map", "needs", sight],
    enabled: sight !== null,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => get("/v1/map/needs", { query: boxed(sight) }, { signal }),
  });
}

export function useProviderMap(sight: Sight | null, categoryId: string | null, isOn: boolean) {
  return useQuery({
    queryKey: ["map", "providers", sight, categoryId],
    enabled: sight !== null && isOn,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      get("/v1/map/providers", { query: { ...boxed(sight), category_id: categoryId } }, { signal }),
  });
}

/** Share of open needs that are not met, by district, as far as it is published. */
export function useGapShares(isOn: boolean) {
  return useQuery({
    queryKey: ["gap-shares"],
    enabled: isOn,
    queryFn: async ({ signal }) => {
      const { items } = await get("/v1/coverage/gaps", { query: { limit: 1000 } }, { signal });
      const whole = items.filter(
        (each) => each.level === "district" && each.category_id === null && each.needs > 0,
      );
      return new Map(whole.map((each) => [each.area_code, each.unmet / each.needs]));
    },
  });
}

function boxed(sight: Sight | null) {
  return sight === null ? { bbox: "", zoom: 0 } : { bbox: boxText(sight.box), zoom: sight.zoom };
}
