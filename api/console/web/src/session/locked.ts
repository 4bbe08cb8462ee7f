import { Problem } from "../api/problems";

/** When wrong credentials are looked at again; null if it is not for their number that one was refused. */
export function lockedUntil(error: unknown, now: number): Date | null {
  if (!(error instanceof Problem) || error.status !== 429 || error.retryAfterSeconds === null) return null;
  const minute = 60_000;
  // Told in whole minutes: never one at which it would still be too soon.
  return new Date(Math.ceil((now + error.retryAfterSeconds * 1000) / minute) * minute);
}

/** Whether it lies in the credential itself: it is not known, or cannot be one. */
export const isWrong = (error: unknown): boolean =>
  error instanceof Problem && (error.status === 401 || error.status === 422);
