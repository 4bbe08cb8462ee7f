import { STEPS } from "../map/palette";

/** A scale of few steps: `breaks` are the upper ends of all steps but the last. */
export interface Scale {
  breaks: number[];
  colours: string[];
}

/** Upper ends at equal shares of the distinct values, so that few large values do not hide all others. */
export function scaleOf(values: readonly number[], isMoreBetter: boolean): Scale {
  const distinct = [...new Set(values)].sort((one, other) => one - other);
  const steps = Math.min(STEPS.length, distinct.length);
  const breaks = Array.from({ length: Math.max(0, steps - 1) }, (_, step) => {
    const place = Math.ceil(((step + 1) * distinct.length) / steps) - 1;
    return distinct[place] ?? 0;
  });
  const spread = Array.from({ length: steps }, (_, step) => {
    const place = steps === 1 ? 0 : Math.round((step * (STEPS.length - 1)) / (steps - 1));
    return STEPS[place] ?? STEPS[0];
  });
  return { breaks, colours: isMoreBetter ? spread.reverse() : spread };
}

export function colourOf({ breaks, colours }: Scale, value: number): string {
  const step = breaks.findIndex((end) => value <= end);
  return colours[step < 0 ? colours.length - 1 : step] ?? STEPS[0];
}
