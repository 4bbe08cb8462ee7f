import type { PlanOutput } from "../api/models";

type Tally = PlanOutput["result"];

export const MEASURES = [
  "served",
  "served_in_part",
  "units_served",
  "weight_served",
  "score",
  "mean_distance_km",
] as const;

export type Measure = (typeof MEASURES)[number];

export interface Compared {
  measure: Measure;
  plan: number | null;
  firstCome: number | null;
  difference: number | null;
  /** Whether the plan is better in this: nearer is better, all else is better with more. */
  isBetter: boolean;
}

const NOISE = 1e-9;

export function compared(plan: Tally, firstCome: Tally): Compared[] {
  return MEASURES.map((measure) => {
    const [one, other] = [plan[measure], firstCome[measure]];
    const difference = one === null || other === null ? null : one - other;
    const gain = (difference ?? 0) * (measure === "mean_distance_km" ? -1 : 1);
    return { measure, plan: one, firstCome: other, difference, isBetter: gain > NOISE };
  });
}
