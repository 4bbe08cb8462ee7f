import { useMemo, useState } from "react";
import type { Category, Suggestion, SuggestionAnswer } from "../api/models";
import { useDebounced } from "../ui/useDebounced";
import { useTrial } from "./queries";
import { normalised, reranked, slidersOf, type Weights } from "./weights";

export interface Ranking {
  listed: readonly Suggestion[];
  sliders: Weights;
  /** Whether somebody has moved the weights, be it to where nothing can be ranked by them. */
  isMoved: boolean;
  isTrial: boolean;
  isExact: boolean;
  setSliders: (sliders: Weights | null) => void;
}

const SETTLE_MILLISECONDS = 150;

/** What is listed: the service's ranking, or one by weights that are tried out, at first among those at hand. */
export function useRanking(
  needId: string,
  answer: SuggestionAnswer,
  category: Category | undefined,
): Ranking {
  const [sliders, setSliders] = useState<Weights | null>(null);
  const shown = sliders ?? slidersOf(answer.suggestions[0]);
  const isRemote = category?.is_remote ?? false;
  const weights = useMemo(
    () => (sliders === null ? null : normalised(isRemote ? { ...sliders, proximity: 0 } : sliders)),
    [sliders, isRemote],
  );
  const settled = useDebounced(weights, SETTLE_MILLISECONDS);
  const trial = useTrial(needId, settled);
  const isTrial = weights !== null;
  const isExact = isTrial && settled === weights && trial.data !== undefined && !trial.isPlaceholderData;
  const listed = useMemo(() => {
    if (weights === null) return answer.suggestions;
    return isExact && trial.data !== undefined
      ? trial.data.suggestions
      : reranked(trial.data?.suggestions ?? answer.suggestions, weights);
  }, [weights, isExact, trial.data, answer.suggestions]);
  return { listed, sliders: shown, isMoved: sliders !== null, isTrial, isExact, setSliders };
}
