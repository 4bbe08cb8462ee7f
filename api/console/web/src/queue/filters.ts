import type { QueueQuery } from "../api/contract";

export const STATES = ["open", "waiting", "under_way"] as const;
export type QueueState = (typeof STATES)[number];

export interface Filters {
  area: string;
  category: string;
  state: QueueState | "";
  isMine: boolean;
  search: string;
}

/** Filters stand in the address under these names. */
export function readFilters(query: URLSearchParams): Filters {
  const state = query.get("state");
  return {
    area: query.get("area") ?? "",
    category: query.get("category") ?? "",
    state: STATES.find((each) => each === state) ?? "",
    isMine: query.get("mine") === "1",
    search: query.get("q") ?? "",
  };
}

export function toAddress(changes: Partial<Filters>): Record<string, string | null> {
  const names: Record<keyof Filters, string> = {
    area: "area",
    category: "category",
    state: "state",
    isMine: "mine",
    search: "q",
  };
  return Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [
      names[name as keyof Filters],
      value === true ? "1" : value === false || value === "" ? null : String(value),
    ]),
  );
}

export const NO_FILTERS: Filters = { area: "", category: "", state: "", isMine: false, search: "" };

export const areFiltered = (filters: Filters) =>
  Object.values(filters).some((value) => value !== "" && value !== false);

export function toQuery(filters: Filters): QueueQuery {
  return {
    area_code: filters.area || null,
    category_id: filters.category || null,
    state: filters.state || null,
    is_mine: filters.isMine || null,
    search: filters.search || null,
  };
}
