import type { QueueQuery } from "../api/models";
import { districtOf, isDistrict } from "../domain/areas";

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

const ID = /^[A-Za-z0-9][A-Za-z0-9._:~-]{0,127}$/;
const AREA = /^\d{4}(\d\d(\d{3}(\d{3})?)?)?$/;
export const MOST_SOUGHT = 100;

/** Filters of an address that mean nothing here: it may be old, or mistyped. */
export function unusable(query: URLSearchParams, isCategory: (id: string) => boolean): (keyof Filters)[] {
  const given = (name: keyof Filters) => query.get(NAMES[name]) ?? "";
  const [area, category, state, mine] = [given("area"), given("category"), given("state"), given("isMine")];
  const isArea = AREA.test(area) && (area.length < 6 || isDistrict(districtOf(area)));
  const faults: Record<keyof Filters, boolean> = {
    area: area !== "" && !isArea,
    category: category !== "" && !(ID.test(category) && isCategory(category)),
    state: state !== "" && !STATES.some((each) => each === state),
    isMine: mine !== "" && mine !== "1",
    search: given("search").length > MOST_SOUGHT,
  };
  return (Object.keys(faults) as (keyof Filters)[]).filter((name) => faults[name]);
}

/** Filters stand in the address, as far as they are not those that one begins with. */
export function readFilters(address: URLSearchParams, ignored: readonly (keyof Filters)[] = []): Filters {
  const query = new URLSearchParams(address);
  for (const name of ignored) query.delete(NAMES[name]);
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
