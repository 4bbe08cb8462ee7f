import type { Role } from "../api/models";

export type View = "work" | "plan" | "coverage";

/** What each role sees; the service refuses the rest in any case. */
const VIEWS: Record<Role, readonly View[]> = {
  resident_app: [],
  staff: ["work"],
  dispatcher: ["work", "plan", "coverage"],
  analyst: ["coverage"],
  api_client: [],
  admin: ["work", "plan", "coverage"],
};

export const viewsOf = (role: Role): readonly View[] => VIEWS[role];

export const maySeeCoverage = (role: Role): boolean => VIEWS[role].includes("coverage");
