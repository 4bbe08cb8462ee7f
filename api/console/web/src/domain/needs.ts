import type { Category, Need } from "../api/models";

/** Whether a need takes offers: drafts are not for dispatchers yet, and what is over needs nobody any more. */
export const isOpen = (need: Pick<Need, "status">): boolean =>
  need.status === "active" || need.status === "on-hold";

/** The skills that are asked for: a need's own, else what its category usually asks for. */
export const wantedSkills = (
  own: Need["required_skills"],
  usual: Category["required_skills"],
): Need["required_skills"] => (own.length > 0 ? own : usual);
