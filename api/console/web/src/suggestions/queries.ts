import { keepPreviousData, queryOptions, useQueries, useQuery } from "@tanstack/react-query";
import type { Need, Provider, SuggestionAnswer } from "../api/models";
import { Problem } from "../api/problems";
import { get, post } from "../api/typed";
import type { Weights } from "./weights";

export const LISTED = 8;
const FOUND = 8;
const NO_WEIGHTS: Weights = { proximity: 0, skill: 0, capacity: 0, continuity: 0, fairness: 0 };

export function useNeed(id: string | null) {
  return useQuery({
    queryKey: ["need", id, "itself"],
    enabled: id !== null,
    queryFn: ({ signal }) => get("/v1/needs/{id}", { path: { id: id ?? "" } }, { signal }),
  });
}

export function useSuggestions(id: string | null) {
  return useQuery({
    queryKey: ["need", id, "suggestions"],
    enabled: id !== null,
    queryFn: ({ signal }) =>
      get(
        "/v1/needs/{id}/suggestions",
        { path: { id: id ?? "" }, query: { limit: LISTED, explain: true } },
        { signal },
      ),
  });
}

/** Why nobody can be ranked for a need until it is corrected: it has no place, say. */
export const flawOf = (error: unknown): string | null =>
  error instanceof Problem && error.type === "rule-broken" ? error.message : null;

/** Stands for an answer where there is none, so that the rest of a need can be seen and worked on. */
export const unranked = (need: Need): SuggestionAnswer => ({
  need,
  suggestions: [],
  considered: null,
  rejected: null,
  near_misses: null,
  community_code: need.community_code,
  remarks: [],
  graph_revision: 0,
  as_of: need.created_at,
  is_stale: false,
  is_synthetic: need.is_synthetic,
});

export function useTrial(id: string, weights: Weights | null) {
  return useQuery({
    queryKey: ["need", id, "trial", weights],
    enabled: weights !== null,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      post(
        "/v1/needs/{id}/trial-suggestions",
        { path: { id }, body: { weights: weights ?? NO_WEIGHTS, limit: LISTED } },
        { signal },
      ),
  });
}

export function useJudgement(id: string, providerId: string | null) {
  return useQuery({
    queryKey: ["need", id, "judgement", providerId],
    enabled: providerId !== null,
    queryFn: ({ signal }) =>
      get(
        "/v1/needs/{id}/suggestions/{provider_id}",
        { path: { id, provider_id: providerId ?? "" } },
        { signal },
      ),
  });
}

/** Providers by a part of their names or the beginning of their ids; those found before stay until others come. */
export const searchFor = (text: string) =>
  queryOptions({
    queryKey: ["provider-search", text],
    enabled: text !== "",
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    queryFn: ({ signal }) => get("/v1/provider-search", { query: { text, limit: FOUND } }, { signal }),
  });

/** Providers by id: a list of suggestions names them, and their entries have places and skills. */
export function useProviders(ids: readonly string[]): ReadonlyMap<string, Provider> {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ["provider", id],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get("/v1/providers/{id}", { path: { id } }, { signal }),
      staleTime: 60_000,
    })),
    combine: (answers) =>
      new Map(answers.flatMap(({ data }) => (data === undefined ? [] : [[data.id, data] as const]))),
  });
}
