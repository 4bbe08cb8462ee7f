import type { QueueQuery } from "../api/models";

export const STATES = ["open", "waiting", "under_way", "all"] as const;
export type QueueState = (typeof STATES)[number];

export interface Filters {
  area: string;
  category: string;
  state: QueueState;
  isMine: boolean;
  search: string;
}

/** What a dispatcher begins with: needs that nobody has been asked for. */
export const NO_FILTERS: Filters = { area: "", category: "", state: "open", isMine: false, search: "" };

const NAMES: Record<keyof Filters, string> = {
  area: "area",
  category: "category",
  state: "state",
  isMine: "mine",
  search: "q",
};

/** Filters stand in the address, as far as they are not those that one begins with. */
export function readFilters(query: URLSearchParams): Filters {
  const state = query.get(NAMES.state);
  return {
    area: query.get(NAMES.area) ?? "",
    category: query.get(NAMES.category) ?? "",
    state: STATES.find((each) => each === state) ?? NO_FILTERS.state,
    isMine: query.get(NAMES.isMine) === "1",
    search: query.get(NAMES.search) ?? "",
  };
}

export function toAddress(changes: Partial<Filters>): Record<string, string | null> {
  const names = Object.keys(changes) as (keyof Filters)[];
  return Object.fromEntries(
    names.map((name) => {
      const value = changes[name];
      const text = value === true ? "1" : String(value);
      return [NAMES[name], value === NO_FILTERS[name] ? null : text];
    }),
  );
}

export const areFiltered = (filters: Filters) =>
  (Object.keys(NO_FILTERS) as (keyof Filters)[]).some((name) => filters[name] !== NO_FILTERS[name]);

export function toQuery(filters: Filters): QueueQuery {
  return {
    area_code: filters.area || null,
    category_id: filters.category || null,
    state: filters.state === "all" ? null : filters.state,
    is_mine: filters.isMine || null,
    search: filters.search || null,
  };
}
