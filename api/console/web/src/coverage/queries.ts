import { useQuery } from "@tanstack/react-query";
import { get } from "../api/typed";

/** A study is good for a while. The very first one is waited for by asking again, so one try at a time will do. */
const patient = { staleTime: 300_000 };

export const useCoverage = () =>
  useQuery({
    queryKey: ["coverage", "summary"],
    queryFn: ({ signal }) => get("/v1/coverage", {}, { signal, tries: 1 }),
    ...patient,
  });

export const useGaps = (area: string, category: string) =>
  useQuery({
    queryKey: ["coverage", "gaps", area, category],
    queryFn: ({ signal }) =>
      get(
        "/v1/coverage/gaps",
        { query: { limit: 500, area_code: area || null, category_id: category || null } },
        { signal, tries: 1 },
      ),
    ...patient,
  });

export const useReach = () =>
  useQuery({
    queryKey: ["coverage", "reach"],
    queryFn: ({ signal }) => get("/v1/coverage/communities", {}, { signal, tries: 1 }),
    ...patient,
  });

export const useAccess = (category: string) =>
  useQuery({
    queryKey: ["coverage", "access", category],
    enabled: category !== "",
    queryFn: ({ signal }) =>
      get("/v1/coverage/access", { query: { category_id: category } }, { signal, tries: 1 }),
    ...patient,
  });

export const useFragility = () =>
  useQuery({
    queryKey: ["coverage", "fragility"],
    queryFn: ({ signal }) => get("/v1/coverage/fragility", {}, { signal, tries: 1 }),
    ...patient,
  });

export const useFairness = () =>
  useQuery({
    queryKey: ["coverage", "fairness"],
    queryFn: ({ signal }) => get("/v1/coverage/fairness", {}, { signal, tries: 1 }),
    ...patient,
  });
