import type { Urgency } from "../api/models";

/** The most urgent first. */
export const URGENCIES: readonly Urgency[] = ["stat", "asap", "urgent", "routine"];

/** The most urgent of those that there are any of. */
export function worst(counts: Readonly<Record<string, number>>): Urgency {
  return URGENCIES.find((urgency) => (counts[urgency] ?? 0) > 0) ?? "routine";
}
