import { isPassing } from "./problems";

/** When to ask again: soon at first, ever more rarely, and never all browsers at the same moment. */
export interface Patience {
  tries: number;
  firstSeconds: number;
  mostSeconds: number;
}

const AGAIN_MILLISECONDS = 4_000;

/** What could not be read because the line or the service was away is read again soon, by itself. */
export const againIn = (error: unknown, otherwise: number | false): number | false =>
  isPassing(error) ? AGAIN_MILLISECONDS : otherwise;

export const PATIENT: Patience = { tries: 6, firstSeconds: 0.4, mostSeconds: 8 };

/** Seconds before try number `tried` + 1; what the service asked for counts, up to 30 seconds. */
export function waitSeconds(
  patience: Patience,
  tried: number,
  retryAfter: string | null,
  random: () => number,
): number {
  const asked = Number(retryAfter);
  const backoff = Math.min(patience.firstSeconds * 2 ** (tried - 1), patience.mostSeconds);
  const jittered = backoff * (0.5 + random() / 2);
  return retryAfter !== null && asked > 0 ? Math.min(30, asked) + jittered - backoff / 2 : jittered;
}
