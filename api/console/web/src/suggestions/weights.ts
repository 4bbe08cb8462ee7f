import type { FactorName, Suggestion } from "../api/models";

export const FACTORS: readonly FactorName[] = ["proximity", "skill", "capacity", "continuity", "fairness"];

export type Weights = Record<FactorName, number>;

const MILLION = 1_000_000;

/** Weights in whole percent as sliders give them, so that they sum to exactly 1 in whole millionths. */
export function normalised(sliders: Weights): Weights | null {
  const sum = FACTORS.reduce((total, name) => total + sliders[name], 0);
  if (sum <= 0) return null;
  const millionths = FACTORS.map((name) => Math.floor((sliders[name] / sum) * MILLION));
  const missing = MILLION - millionths.reduce((total, each) => total + each, 0);
  const largest = millionths.indexOf(Math.max(...millionths));
  millionths[largest] = (millionths[largest] ?? 0) + missing;
  return Object.fromEntries(
    FACTORS.map((name, index) => [name, (millionths[index] ?? 0) / MILLION]),
  ) as Weights;
}

/** The weights that a list was made with, in whole percent for the sliders. */
export function slidersOf(suggestion: Suggestion | undefined): Weights {
  return Object.fromEntries(
    FACTORS.map((name) => [name, Math.round((suggestion?.factors[name]?.weight ?? 0) * 100)]),
  ) as Weights;
}

/** The same providers under other weights, best first: exact for them, blind to whoever was not listed. */
export function reranked(suggestions: readonly Suggestion[], weights: Weights): Suggestion[] {
  const scored = suggestions.map((each) => {
    const factors = Object.fromEntries(
      Object.entries(each.factors).map(([name, { value }]) => {
        const weight = weights[name as FactorName] ?? 0;
        return [name, { weight, value, contribution: weight * value }];
      }),
    );
    const score = Object.values(factors).reduce((sum, { contribution }) => sum + contribution, 0);
    return { ...each, factors, score };
  });
  scored.sort((one, other) => other.score - one.score || (one.provider_id < other.provider_id ? -1 : 1));
  return scored.map((each, index) => ({ ...each, rank: index + 1 }));
}
