import type { Urgency } from "../api/models";

/** The colours of the style sheet again, for the map draws by itself. */
export const URGENCY_COLOURS: Record<Urgency, string> = {
  stat: "#8c1d54",
  asap: "#b8500b",
  urgent: "#1b64a3",
  routine: "#5b6b7f",
};

export const INK = "#1d2b36";
export const LAND = "#fbfaf7";
export const WATER = "#e9eef1";
export const BORDER = "#9aa8b3";
export const ACCENT = "#0b5c6b";
export const PROVIDER = "#4c7f88";

/** Five steps of one hue, each darker than the last, which everybody can order. Light is little. */
export const STEPS = ["#dbe7ef", "#b3cde0", "#7fa9c9", "#4681ab", "#1c4a75"] as const;

/** Upper ends of the steps, as shares. */
export const BREAKS = [0.1, 0.2, 0.3, 0.4] as const;

export function stepOf(share: number): number {
  const step = BREAKS.findIndex((end) => share <= end);
  return step < 0 ? STEPS.length - 1 : step;
}
