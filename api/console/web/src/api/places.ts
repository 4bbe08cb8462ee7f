import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { nameAmong } from "../domain/names";
import { useSpeech } from "../i18n/context";
import type { Category, Community, Skill, Street } from "./models";
import { all } from "./pages";
import { isPassing } from "./problems";
import { get } from "./typed";

const LONG = { staleTime: 3_600_000, gcTime: Number.POSITIVE_INFINITY };

export function useCategories() {
  const { language } = useSpeech();
  const { data, isPending, error } = useQuery({
    queryKey: ["categories"],
    queryFn: ({ signal }) =>
      all<Category>((cursor) => get("/v1/categories", { query: { limit: 100, cursor } }, { signal })),
    ...LONG,
  });
  const isAwaited = isPending || (data === undefined && isPassing(error));
  return useMemo(() => {
    const items = data ?? [];
    const byId = new Map(items.map((each) => [each.id, each]));
    const known = isAwaited ? undefined : byId;
    return { items, byId, nameOf: (id: string) => nameAmong(known, id, nameIn(language)) };
  }, [data, isAwaited, language]);
}

export function useSkills() {
  const { language } = useSpeech();
  const { data, isPending, error } = useQuery({
    queryKey: ["skills"],
    queryFn: ({ signal }) =>
      all<Skill>((cursor) => get("/v1/skills", { query: { limit: 100, cursor } }, { signal })),
    ...LONG,
  });
  const isAwaited = isPending || (data === undefined && isPassing(error));
  return useMemo(() => {
    const known = isAwaited ? undefined : new Map((data ?? []).map((each) => [each.id, each]));
    return { nameOf: (id: string) => nameAmong(known, id, nameIn(language)) };
  }, [data, isAwaited, language]);
}

/** Communities by code; some pages, so they come after the first view. */
export function useCommunities() {
  const { data, isPending, error } = useQuery({
    queryKey: ["communities"],
    queryFn: ({ signal }) =>
      all<Community>((cursor) => get("/v1/communities", { query: { limit: 100, cursor } }, { signal })),
    ...LONG,
  });
  const isAwaited = isPending || (data === undefined && isPassing(error));
  return useMemo(() => {
    const items = data ?? [];
    const known = isAwaited ? undefined : new Map(items.map((each) => [each.code, each]));
    const nameOf = (code: string | null) => (code === null ? "" : nameAmong(known, code, ({ name }) => name));
    return { items, nameOf };
  }, [data, isAwaited]);
}

/** Streets and towns of a district. */
export function useStreets(district: string): readonly Street[] {
  const { data } = useQuery({
    queryKey: ["streets", district],
    queryFn: ({ signal }) =>
      all<Street>((cursor) =>
        get("/v1/streets", { query: { parent_code: district, limit: 100, cursor } }, { signal }),
      ),
    enabled: district !== "",
    ...LONG,
  });
  return data ?? [];
}

/** What a rule may be about, in words. */
export function useNames() {
  const { nameOf: skill } = useSkills();
  const { nameOf: community } = useCommunities();
  return { skill, community };
}

const nameIn = (language: string) => (named: { name_en: string; name_zh: string }) =>
  language === "en" ? named.name_en : named.name_zh;
